"""A function of one number as networks have learnt it: the points, the true curve, what they say in the mean, and how far apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from neatcore.errors import require
from neatcore.interfaces import Curve
from viz.style import LETTER, Margins, Theme, dress, figure, note, theme_of

DEVIATIONS = 3  # of the band around the mean (Ratzlaff & Li 2019)
ROOM = 0.3  # of the true curve's height that is left above and below it
SHADE = 0.2  # how opaque a band is
WIDTH, HEIGHT = 860, 330


def draw_curve(curve: Curve, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """Dots for the points, a dashed line for what is true, a line for the mean answer, one and three deviations around it."""
    k = len(curve.places)
    fits = k > 1 and curve.truth.shape == (k,) and curve.answers.shape[1:] == (k,) and curve.points.shape[1:] == (2,)
    require(fits, f"a curve of {k} places with answers {curve.answers.shape} and points {curve.points.shape}")
    tone, mean, deviation = theme_of(theme), curve.answers.mean(axis=0), curve.answers.std(axis=0)
    low, high = float(curve.points[:, 0].min()), float(curve.points[:, 0].max())
    ax.axvspan(low, high, color=tone.grid, alpha=0.6, linewidth=0, zorder=0)
    if len(curve.answers) > 1:
        for times in (DEVIATIONS, 1):
            ends = mean - times * deviation, mean + times * deviation
            ax.fill_between(curve.places, *ends, color=tone.accent, alpha=SHADE, linewidth=0, zorder=1)
    ax.plot(curve.places, curve.truth, color=tone.muted, linewidth=1.4, linestyle=(0, (4, 3)), zorder=2)
    ax.plot(curve.places, mean, color=tone.accent, linewidth=2.2, zorder=3)
    ax.scatter(curve.points[:, 0], curve.points[:, 1], s=26, color=tone.second, edgecolors=tone.paper, linewidths=0.8, zorder=4)
    dress(ax, tone, "x")
    ax.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 4, 5, 10]))
    room = ROOM * float(np.ptp(curve.truth)) / 2
    ax.set(xlim=(curve.places[0], curve.places[-1]), ylim=(curve.truth.min() - room, curve.truth.max() + room))
    return ax


def curve_figure(curve: Curve, *, theme: str | Theme = "light", width: float = 560) -> Figure:
    """A Figure of one curve, with the names of what is in it."""
    tone = theme_of(theme)
    result = figure(tone, width, HEIGHT, Margins(46, 16, 44, 34))
    ax = draw_curve(curve, result.add_subplot(), theme=tone)
    _legend(ax, tone, several=len(curve.answers) > 1)
    return result


def curves_figure(panels: Mapping[str, Curve], *, theme: str | Theme = "light") -> Figure:
    """Curves side by side, to one scale, a name above each."""
    require(len(panels) > 0, "there are no curves to draw")
    tone = theme_of(theme)
    result = figure(tone, WIDTH, HEIGHT, Margins(46, 16, 44, 60 if any(panels) else 34))
    axes = np.atleast_1d(result.subplots(1, len(panels), sharey=True, gridspec_kw={"wspace": 0.14}))
    for ax, (name, curve) in zip(axes, panels.items(), strict=True):
        draw_curve(curve, ax, theme=tone)
        note(ax, name, tone)
    several = any(len(curve.answers) > 1 for curve in panels.values())
    _legend(axes[0], tone, several=several, height=36 if any(panels) else 11)
    return result


def _legend(ax: Axes, tone: Theme, *, several: bool, height: float = 11) -> None:
    """A mark and a name for everything, above the Axes."""
    rows = [("●", tone.second, 1.0, "points"), ("╌╌", tone.muted, 1.0, "true curve")]
    rows.append(("━━", tone.accent, 1.0, "mean of what is answered" if several else "learnt"))
    if several:
        rows += [("■", tone.accent, 1 - (1 - SHADE) ** 2, "± 1"), ("■", tone.accent, SHADE, f"± {DEVIATIONS} deviations")]
    left = 0.0
    for mark, colour, alpha, words in rows:
        ax.annotate(mark, (0, 1), (left, height), "axes fraction", "offset points", color=colour, alpha=alpha, fontsize=12)
        left += 10 * len(mark) + 5
        ax.annotate(words, (0, 1), (left, height), "axes fraction", "offset points", color=tone.muted, fontsize=12)
        left += LETTER * len(words) + 16
