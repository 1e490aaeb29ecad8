"""What a run's network does to its own weights: while it reads a text, or while it lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from neatcore.interfaces import Array, Floats
from runner.lifetimes import Lifetimes, lifetimes_of
from runner.session import Parts
from tasks.text import Text
from viz.changes import changes_figure
from viz.page import figure_block, picture, themes
from viz.report import Section
from viz.style import Theme
from viz.svg import png

if TYPE_CHECKING:
    from hypernets.interfaces import Weights

PLOT = "weight-changes"
SHOWN, LEAD = 600, 300  # characters; as many are read before, so that the empty state at the beginning is forgotten
GATES = {1: ("h",), 4: ("i", "g", "f", "o")}


@dataclass(frozen=True)
class Reading:
    """Characters of a text and, of each gate, how far the matrix moved at each (T, G)."""

    symbols: tuple[str, ...]
    changes: Floats

    title = "Weights that change along a text"
    about = "The beginning of what was kept for validation, as the network reads it."

    @property
    def words(self) -> str:
        """What the picture shows."""
        gates = "gates i, g, f and o from top to bottom" if self.changes.shape[1] > 1 else "of the one matrix of a HyperRNN"
        return f"Under each character how far the recurrent weights moved there: {gates}."

    def draw(self, theme: str | Theme) -> Figure:
        return changes_figure(self.symbols, self.changes, GATES[self.changes.shape[1]], theme=theme)


Moving = Reading | Lifetimes


def moving_of(parts: Parts, champion: Any, weights: Mapping[str, Array]) -> Moving | None:
    """The champion's weights as they change; None where they do not, or not where it can be shown."""
    return reading_of(parts, weights) or lifetimes_of(parts, champion)


def reading_of(parts: Parts, weights: Mapping[str, Array]) -> Reading | None:
    """The beginning of the text kept for validation, read after the end of the training text; None where no weights change."""
    if not (weights and isinstance(parts.task, Text)):
        return None
    from hypernets.recurrent import Recurrent
    from hypernets.recurrent.changes import changes, watched

    if not (isinstance(parts.model, Recurrent) and watched(parts.model)):
        return None
    corpus = parts.task.corpus
    before, codes = corpus.training[-LEAD:], corpus.validation[:SHOWN]
    read: Weights = weights  # type: ignore[assignment]
    found = changes(parts.model, read, np.concatenate([before, codes]))
    return Reading(tuple(corpus.symbols[code] for code in codes), found[len(before) :])


def moving_section(moving: Moving, theme: str = "auto") -> Section:
    """The part of a report."""
    drawn = {tone.name: png(moving.draw(tone)) for tone in themes(theme)}
    return Section(moving.title, moving.about, figure_block({"": picture(drawn, "png", moving.words)}, moving.words))
