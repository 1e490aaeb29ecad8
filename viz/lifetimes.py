"""Weights that change while a network lives: a panel for each life, in it a line for each link, or a band where a life is long."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from neatcore.errors import require
from neatcore.interfaces import Floats, Ints
from viz.patterns import diverging
from viz.style import LETTER, Margins, Theme, dress, figure, name_ends, theme_of

WIDTH, HEIGHT = 720.0, 300.0  # pixels, of all panels without their names
NAMED = 8  # links that have a colour and a name
DRAWN = 400  # links that are drawn at all: those that move most
LONG = 300  # steps from which on links are bands of colour: lines would lie over each other
BANDS, BAND = 24, 15.0  # bands at most, and the height of one in pixels


def lifetimes_figure(
    lives: Sequence[Floats], links: Sequence[str], titles: Sequence[str], *, theme: str | Theme = "light"
) -> Figure:
    """The weights of K links step by step, in as many panels as there are lives, on one scale.

    lives: (T, K) each. links: K names. titles: a few words for each life.
    """
    require(len(lives) > 0 and all(life.ndim == 2 and life.shape[1] == len(links) for life in lives), "lives are (T, K) of K links")
    require(len(titles) == len(lives), f"{len(titles)} titles for {len(lives)} lives")
    tone, order = theme_of(theme), by_movement(lives)
    if max(map(len, lives)) > LONG:
        return _bands(lives, links, titles, order[:BANDS], tone)
    return _lines(lives, links, titles, order, tone)


def _lines(lives: Sequence[Floats], links: Sequence[str], titles: Sequence[str], order: Ints, tone: Theme) -> Figure:
    """A line for each link, the first few of `order` in colour and with names."""
    named = order[:NAMED]
    drawing, panels = _panels(len(lives), [links[k] for k in named], HEIGHT, tone)
    low, high = min(float(life.min(initial=0)) for life in lives), max(float(life.max(initial=0)) for life in lives)
    margin = 0.05 * (high - low or 1.0)
    for ax, life, title in zip(panels, lives, titles, strict=True):
        _panel(ax, life, order, tone)
        dress(ax, tone, "step", f"weights: {title}" if title and ax is panels[0] else title or "weights")
        ax.set(xlim=(0, max(len(life) - 1, 1)), ylim=(low - margin, high + margin))
        ax.tick_params(labelleft=ax is panels[0])
    ends = [(float(lives[-1][-1, k]), links[k], tone.species[n % len(tone.species)]) for n, k in enumerate(named)]
    if ends:
        name_ends(panels[-1], ends)
    return drawing


def _bands(lives: Sequence[Floats], links: Sequence[str], titles: Sequence[str], chosen: Ints, tone: Theme) -> Figure:
    """A band of colour for each link, orange below zero, blue above."""
    names = [links[k] for k in chosen]
    drawing, panels = _panels(len(lives), names, 90 + BAND * len(chosen), tone)
    largest = max(float(np.abs(life).max(initial=0)) for life in lives) or 1.0
    for ax, life, title in zip(panels, lives, titles, strict=True):
        words = f"weights, orange −{largest:.3g} to blue +{largest:.3g}" if ax is panels[0] else ""
        dress(ax, tone, "step", ": ".join(part for part in (words, title) if part))
        box = (0.0, float(len(life)), float(len(chosen)) - 0.5, -0.5)
        image = ax.imshow(life[:, chosen].T, diverging(tone), extent=box, aspect="auto", interpolation="nearest")
        image.set_clim(-largest, largest)
        ax.grid(visible=False)
        ax.set_yticks([])
    panels[-1].set_yticks(range(len(chosen)), names)
    panels[-1].yaxis.tick_right()
    return drawing


def _panels(count: int, names: Sequence[str], height: float, tone: Theme) -> tuple[Figure, Sequence[Axes]]:
    """So many Axes side by side, with room for names to the right of the last."""
    room = LETTER * max(map(len, names), default=0) + 14
    drawing = figure(tone, WIDTH + room, height, Margins(right=room, top=32))
    return drawing, list(np.atleast_1d(drawing.subplots(1, count, gridspec_kw={"wspace": 0.08})))


def by_movement(lives: Sequence[Floats]) -> Ints:
    """The links by how far their weights move, in all lives together, the farthest first."""
    moved = sum(np.abs(np.diff(life, axis=0)).sum(axis=0) for life in lives)
    return np.argsort(-np.asarray(moved), kind="stable")


def _panel(ax: Axes, life: Floats, order: Ints, tone: Theme) -> None:
    """All lines of one life, those that move most in colour and on top."""
    steps = np.arange(len(life))
    rest = [np.stack([steps, life[:, k]], axis=1) for k in order[NAMED:DRAWN]]
    ax.add_collection(LineCollection(rest, colors=tone.faint, linewidths=0.8, zorder=1))
    for n, k in reversed(list(enumerate(order[:NAMED]))):
        ax.plot(steps, life[:, k], color=tone.species[n % len(tone.species)], linewidth=1.8, zorder=2)
