"""What a run's networks have learnt of a function of one number: one network, or many that a generator draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from matplotlib.figure import Figure

from neatcore.interfaces import Curve, Curved
from runner.session import Parts
from viz.curves import curves_figure
from viz.page import figure_block, picture, themes
from viz.report import Section
from viz.style import Theme
from viz.svg import png

NAME = "curve"
SIZES = (10, 100, 1000)  # networks that are drawn (Ratzlaff & Li 2019, figure 2)
SEED = 1  # of their noise; 0 is that of the networks that answer together


@dataclass(frozen=True, eq=False)
class Curves:
    """A champion, and a task that asks for a curve."""

    parts: Parts
    task: Curved
    champion: Any

    plots: Sequence[str] = (NAME,)

    @cached_property
    def panels(self) -> Mapping[str, Curve]:
        """Curves by name: of so many networks each where the champion draws some, else of its own network."""
        drawn = self._drawn()
        if drawn is None:
            policy = self.parts.model.bind(self.parts.encoding.decode([self.champion]))
            return {"": self.task.curve(policy)}
        return {f"{size:,} networks": Curve(**{**vars(drawn), "answers": drawn.answers[:size]}) for size in SIZES}

    @property
    def told(self) -> bool:
        """Whether there is more to see than the champion at work, which a report has anyway."""
        return len(self.panels) > 1

    def _drawn(self) -> Curve | None:
        """Of as many networks as there are in the last panel; None where none are drawn."""
        encoding: Any = self.parts.encoding
        if not hasattr(encoding, "sample"):
            return None
        return self.task.curve(encoding.network.bind(encoding.sample(self.champion, max(SIZES), SEED)))

    def draw(self, _name: str, theme: str | Theme) -> Figure:
        return curves_figure(self.panels, theme=theme)

    def section(self, theme: str = "auto") -> Section:
        """The part of a report: of networks that are drawn."""
        drawn = {tone.name: png(self.draw(NAME, tone)) for tone in themes(theme)}
        words = "Where the points are, networks should agree; beyond them, the wider the band, the more they doubt."
        block = figure_block({"": picture(drawn, "png", words)}, words)
        return Section("What many networks say", "Each drawn from the champion, asked the same.", block)


def curves_of(parts: Parts, champion: Any) -> Curves | None:
    """None where the task is no function of one number."""
    return Curves(parts, parts.task, champion) if isinstance(parts.task, Curved) else None
