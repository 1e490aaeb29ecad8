"""The stream of species: who holds which part of the population, generation after generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from neatcore.errors import InputError, require
from neatcore.interfaces import Floats
from viz.style import LETTER, Theme, dress, extent, theme_of

BANDS = 96  # species drawn one by one; the others share a grey band
COLUMNS = 240  # points along a band: a longer run is averaged
NAMES = 6  # species that carry their number


@dataclass(frozen=True)
class Stream:
    """Sizes (B, T) of B bands over T columns at generations (T,); ids name the bands, -1 the one of all small species, which are
    `small` in number."""

    generations: Floats
    ids: tuple[int, ...]
    sizes: Floats
    small: int = 0


def stream_of(metrics: Sequence[Mapping[str, Any]], bands: int = BANDS, columns: int = COLUMNS) -> Stream:
    """The sizes of the species in order of birth; small species together, a long run averaged over neighbouring generations."""
    generations, ids, sizes = _sizes(metrics)
    if len(generations) > columns:
        edges = np.linspace(0, len(generations), columns + 1).astype(int)[:-1]
        counts = np.diff([*edges, len(generations)])
        sizes = np.add.reduceat(sizes, edges, axis=1) / counts
        generations = generations[0] + (generations[-1] - generations[0]) * np.linspace(0, 1, columns)
    kept = np.sort(np.argsort(-sizes.sum(1), kind="stable")[:bands])
    rest = sizes.sum(0) - sizes[kept].sum(0)
    if len(kept) == len(ids):
        return Stream(generations, tuple(ids), sizes)
    return Stream(generations, (*(ids[k] for k in kept), -1), np.vstack([sizes[kept], rest]), len(ids) - len(kept))


def plot_species(metrics: Sequence[Mapping[str, Any]], ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """The population as a stream of species, the oldest at the bottom; a species keeps its colour."""
    tone = theme_of(theme)
    stream = stream_of(metrics)
    x, sizes = stream.generations, stream.sizes
    if len(x) == 1:
        x, sizes = np.array([x[0] - 0.5, x[0] + 0.5]), np.repeat(sizes, 2, axis=1)
    tops = np.vstack([np.zeros(len(x)), sizes.cumsum(0)])
    for species, low, high in zip(stream.ids, tops, tops[1:]):
        _band(ax, x, low, high, species, tone)
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(0, sizes.sum(0).max())
    dress(ax, tone, "generation", "genomes in each species", whole=True)
    ax.grid(visible=False)
    _write_names(ax, x, sizes, stream.ids, tone)
    if stream.small:
        _write_rest(ax, x, sizes, stream.small, tone)
    return ax


def _sizes(metrics: Sequence[Mapping[str, Any]]) -> tuple[Floats, list[int], Floats]:
    """Generations (T,), the ids of all species, and their sizes (species, T)."""
    require(len(metrics) > 0, "there are no metrics to plot: the list of generations is empty")
    if any("species" not in record for record in metrics):
        raise InputError("the metrics have no 'species': the search that made them keeps none")
    ids = sorted({entry["id"] for record in metrics for entry in record["species"]})
    require(len(ids) > 0, "the metrics have no species: each generation's list is empty")
    row = {species: place for place, species in enumerate(ids)}
    sizes = np.zeros((len(ids), len(metrics)))
    for time, record in enumerate(metrics):
        for entry in record["species"]:
            sizes[row[entry["id"]], time] = entry["size"]
    return np.array([record["generation"] for record in metrics], np.float64), ids, sizes


def _name(species: int) -> str:
    return "small species" if species < 0 else f"species {species}"


def _band(ax: Axes, x: Floats, low: Floats, high: Floats, species: int, tone: Theme) -> None:
    """One species over its lifetime alone, with a hair of paper around it."""
    alive = np.flatnonzero(high > low)
    span = slice(max(alive[0] - 1, 0), alive[-1] + 2)
    colour = tone.faint if species < 0 else tone.species_colour(species)
    edges = low[span], high[span]
    ax.fill_between(x[span], *edges, facecolor=colour, edgecolor=tone.paper, linewidth=0.5, label=_name(species))


def _write_rest(ax: Axes, x: Floats, sizes: Floats, small: int, tone: Theme) -> None:
    """How many species the last band holds, where it is broadest; left out where there is no room for the words."""
    width, height = extent(ax)
    room = sizes[-1] * height / sizes.sum(0).max()
    words = f"{small:,} smaller species"
    free = np.abs((x - x[0]) / (x[-1] - x[0]) - 0.5) * width < (width - LETTER * len(words)) / 2
    time = int(np.argmax(np.where(free, room, 0)))
    if room[time] > 20 and free[time]:
        middle = sizes[:, time].sum() - sizes[-1, time] / 2
        ax.text(x[time], middle, words, fontsize=12, ha="center", va="center", color=tone.muted)


def _write_names(ax: Axes, x: Floats, sizes: Floats, ids: Sequence[int], tone: Theme) -> None:
    """The numbers of the largest species, where each is at its broadest and there is room for a word."""
    width, height = extent(ax)
    tops = sizes.cumsum(0)
    room = sizes * height / tops[-1].max()
    inside = (x - x[0]) / (x[-1] - x[0]) * width
    room[:, (inside < 14) | (inside > width - 14)] = 0
    for band in np.argsort(-sizes.sum(1), kind="stable")[:NAMES]:
        broad = np.flatnonzero(room[band] >= 0.95 * room[band].max())
        time = int(broad[len(broad) // 2])
        if ids[band] >= 0 and room[band, time] > 20 and np.sum(room[band] > 12) / len(x) * width > 24:
            middle = tops[band, time] - sizes[band, time] / 2
            words = ax.text(x[time], middle, str(ids[band]), fontsize=12, weight="bold", ha="center", va="center")
            words.set_color(tone.on(tone.species_colour(ids[band])))
