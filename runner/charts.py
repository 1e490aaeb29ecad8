"""Where the networks of a run came to: kept generation by generation, and drawn over the chart of their task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.random import default_rng

from neatcore.interfaces import Behaving, Charted, Floats, Ints
from neatcore.loop import blaming
from runner import checkpoint as checkpoints
from runner.curves import Curves, curves_of
from runner.directory import Run
from runner.disk import read_log
from runner.session import Parts
from viz.charts import elites_figure, places_figure, way_figure
from viz.page import figure_block, picture, themes
from viz.report import Section
from viz.style import Theme
from viz.svg import png


@dataclass(frozen=True, eq=False)
class Chart:
    """A run of a charted task, and its champion."""

    run: Run
    parts: Parts
    task: Charted
    champion: Any

    @cached_property
    def places(self) -> tuple[Floats, Floats]:
        """Where all networks came to (N, 2), and in which generation (N,); none where the run kept nothing."""
        rows = read_log(self.run.behaviour)
        places = [np.array(row["behaviour"], np.float64).reshape(-1, 2) for row in rows]
        times = [np.full(len(found), float(row["generation"])) for found, row in zip(places, rows, strict=True)]
        return np.concatenate([np.empty((0, 2)), *places]), np.concatenate([np.empty(0), *times])

    @cached_property
    def archive(self) -> Floats:
        """The places (A, 2) in the archive of the last checkpoint, as it grew; empty where the search keeps none."""
        last, _ = checkpoints.latest(self.run.checkpoints)
        found: Floats = last.search.get("archive", np.empty((0, 2))) if last else np.empty((0, 2))
        return found.reshape(-1, 2) if found.ndim == 2 and found.shape[1] == 2 * self.several else np.empty((0, 2))

    @property
    def several(self) -> int:
        """Places that a network comes to."""
        return len(self.task.behaviours) // 2 if isinstance(self.task, Behaving) else 1

    @cached_property
    def elites(self) -> Floats:
        """The fitness (Y, X) of the elites in the last checkpoint, the upper cells first, NaN where a cell has none; empty where
        the search has no cells."""
        last, _ = checkpoints.latest(self.run.checkpoints)
        if last is None or "cells" not in last.search:
            return np.empty((0, 0))
        return in_cells(*(last.search[name] for name in ("places", "fitness", "limits", "cells")))

    told = True  # in a report

    @property
    def plots(self) -> list[str]:
        """The pictures that there can be."""
        there = {"behaviour": len(self.places[0]), "archive": len(self.archive), "elites": len(self.elites)}
        return ["trajectory", *(name for name, count in there.items() if count)]

    def draw(self, name: str, theme: str | Theme) -> Figure:
        """The picture of that name."""
        return PICTURES[name](self, theme)

    def trajectory(self, theme: str | Theme) -> Figure:
        policy = self.parts.model.bind(self.parts.encoding.decode([self.champion]))
        with blaming(self.task, "in trace"):
            way = self.task.trace(policy, default_rng(0))
        return way_figure(self.task.chart, way, "The champion’s way", theme=theme)

    def behaviour(self, theme: str | Theme) -> Figure:
        places, times = self.places
        words = f"Ends of {len(places) // self.several:,} networks by generation"
        return places_figure(self.task.chart, places, times, words, theme=theme)

    def joined(self, theme: str | Theme) -> Figure:
        order = np.floor(1.0 + np.arange(len(self.archive), dtype=np.float64) / self.several)
        return places_figure(self.task.chart, self.archive, order, "The archive, in the order in which it grew", theme=theme)

    def best(self, theme: str | Theme) -> Figure:
        return elites_figure(self.task.chart, self.elites, "Elites by fitness", theme=theme)

    def section(self, theme: str = "auto") -> Section:
        """The part of a report."""
        blocks = []
        for name in self.plots:
            drawn = {tone.name: png(self.draw(name, tone)) for tone in themes(theme)}
            blocks.append(figure_block({"": picture(drawn, "png", CAPTIONS[name])}, CAPTIONS[name]))
        return Section("Where the networks went", self._said(), "\n".join(blocks))

    def _said(self) -> str:
        count, archive = (len(places) // self.several for places in (self.places[0], self.archive))
        kept = f"The ends of {count:,} networks were kept." if count else "The run kept no ends of networks."
        kept += f" {np.count_nonzero(~np.isnan(self.elites)):,} cells have an elite." if self.elites.size else ""
        return kept + (f" The archive has {archive:,}." if archive else "")


def in_cells(places: Floats, fitness: Floats, limits: Floats, cells: Ints) -> Floats:
    """Elites (N, 2) of some fitness (N,), in a table (Y, X) of cells: y falls from row to row, x grows; NaN for no elite."""
    table = np.full(cells[::-1], np.nan)
    shares = (places - limits[:, 0]) / (limits[:, 1] - limits[:, 0])
    column, row = np.clip((shares * cells).astype(np.int64), 0, cells - 1).T
    table[cells[1] - 1 - row, column] = fitness
    return table


PICTURES: Mapping[str, Callable[[Chart, str | Theme], Figure]] = {
    "trajectory": Chart.trajectory,
    "behaviour": Chart.behaviour,
    "archive": Chart.joined,
    "elites": Chart.best,
}
CAPTIONS = {
    "trajectory": "The champion’s way, with a dot every 50 steps and a ring at its end.",
    "behaviour": "Where the networks of all generations came to, early ones orange, late ones blue.",
    "archive": "The archive of what was new when it came.",
    "elites": "The cells of the chart by the fitness of their elites, from pale for the least to blue for the most.",
}


def chart_of(run: Run, parts: Parts, champion: Any) -> Chart | Curves | None:
    """None where behaviour is no place on a chart, and the task no function of one number."""
    return Chart(run, parts, parts.task, champion) if isinstance(parts.task, Charted) else curves_of(parts, champion)
