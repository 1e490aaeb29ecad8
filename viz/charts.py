"""Charts of behaviour: where networks came to, and the way of one of them, over what stands on the chart."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from neatcore.errors import require
from neatcore.interfaces import Floats, Scene
from viz.style import Margins, Theme, extent, figure, theme_of

WIDTH, HEIGHT = 720.0, 480.0  # pixels, at most
MARGINS = Margins(left=2, right=2, bottom=34, top=2)
MOST = 40_000  # places that are drawn; of more, so many evenly spread
MARKS = 50  # steps between two dots on a way
KEY = (120.0, 7.0)  # pixels of the colours of time


def chart_figure(chart: Scene, theme: str | Theme = "light") -> tuple[Figure, Axes]:
    """A Figure that is as wide as the chart needs, with what stands on it; below is room for a line of words."""
    aspect = (chart.x[1] - chart.x[0]) / (chart.y[1] - chart.y[0])
    width = min(WIDTH, HEIGHT * aspect)
    result = figure(theme, width + 4, width / aspect + MARGINS.bottom + MARGINS.top, MARGINS)
    ax = result.add_subplot()
    return result, draw_chart(chart, ax, theme=theme)


def draw_chart(chart: Scene, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """What stands on a chart, in the chart's coordinates: the first frame of its shapes."""
    tone = theme_of(theme)
    ax.set(xlim=chart.x, ylim=chart.y, aspect="equal", facecolor=tone.paper)
    ax.set_axis_off()
    scale = extent(ax)[0] / (chart.x[1] - chart.x[0])
    for shape in chart.shapes:
        colour = getattr(tone, shape.colour)
        if shape.kind == "line":
            ax.plot(*shape.points[0].T, color=colour, linewidth=shape.size * scale, solid_capstyle="round", zorder=3)
        else:
            for x, y in shape.points[0].tolist():
                ax.add_patch(Circle((x, y), shape.size, facecolor=colour, linewidth=0, zorder=2.5))
    return ax


def places_figure(chart: Scene, places: Floats, times: Floats, words: str, *, theme: str | Theme = "light") -> Figure:
    """Places (N, 2) that networks came to at `times` (N,), early ones orange, late ones blue, and what they are in words."""
    result, ax = chart_figure(chart, theme)
    draw_places(places, times, ax, theme=theme)
    tone = theme_of(theme)
    _key(ax, f"{words}, from {times.min():,.0f} to {times.max():,.0f}", tone, _ages(tone))
    return result


def draw_places(places: Floats, times: Floats, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """The places as dots on a chart, late ones over early ones; the fewer, the larger."""
    require(places.ndim == 2 and places.shape[1] == 2 and len(places), f"places of shape {places.shape}, where (N, 2) is needed")
    require(len(times) == len(places), f"{len(times)} times of {len(places)} places")
    order = np.argsort(times, kind="stable")
    order = order[np.unique(np.linspace(0, len(order) - 1, min(MOST, len(order))).round().astype(np.int64))]
    span = max(float(np.ptp(times)), 1e-300)
    colours = _ages(theme_of(theme))((times[order] - times.min()) / span)
    size = float(np.clip(0.8 * np.sqrt(np.prod(extent(ax)) / len(order)), 2.2, 6.0))
    x, y = places[order].T
    ax.scatter(x, y, s=size**2, c=colours, alpha=0.75, linewidths=0, rasterized=True, zorder=2, label="places")
    return ax


def elites_figure(chart: Scene, fitness: Floats, words: str, *, theme: str | Theme = "light") -> Figure:
    """The cells of a chart coloured by the fitness (Y, X) of their elites, the upper rows first; NaN where there is none."""
    require(fitness.ndim == 2 and not np.isnan(fitness).all(), f"elites of shape {fitness.shape}, where (Y, X) with one is needed")
    result, ax = chart_figure(chart, theme)
    tone = theme_of(theme)
    colours = LinearSegmentedColormap.from_list("fitness", tone.weights[len(tone.weights) // 2 :])
    ax.imshow(fitness, cmap=colours, extent=(*chart.x, *chart.y), aspect="equal", interpolation="nearest", zorder=1.5)
    ax.set(xlim=chart.x, ylim=chart.y)
    _key(ax, f"{words}, from {np.nanmin(fitness):,.4g} to {np.nanmax(fitness):,.4g}", tone, colours)
    return result


def way_figure(chart: Scene, way: Floats, words: str, *, theme: str | Theme = "light") -> Figure:
    """The way (T, 2) of one network over its chart, and what it is in words."""
    result, ax = chart_figure(chart, theme)
    draw_way(way, ax, theme=theme)
    _say(ax, f"{words}; a dot every {MARKS} steps", theme_of(theme))
    return result


def draw_way(way: Floats, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """A line with a dot every so many steps and a ring where it ends; several where rows of NaN part them."""
    require(way.ndim == 2 and way.shape[1] == 2 and len(way), f"a way of shape {way.shape}, where (T, 2) is needed")
    tone = theme_of(theme)
    for part in np.split(way, np.flatnonzero(np.isnan(way[:, 0]))):
        steps = part[~np.isnan(part[:, 0])]
        ax.plot(*steps.T, color=tone.accent, linewidth=2, solid_joinstyle="round", zorder=4, label="way")
        ax.plot(*steps[::MARKS].T, "o", color=tone.accent, markersize=4.5, markeredgewidth=0, zorder=4)
        ax.plot(*steps[-1:].T, "o", mfc="none", mec=tone.accent, mew=2, markersize=12, zorder=4, label="end")
    return ax


def _ages(tone: Theme) -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list("ages", [tone.second, tone.weights[2], tone.weights[-3], tone.accent])


def _say(ax: Axes, words: str, tone: Theme, left: float = 0.0) -> None:
    ax.annotate(words, (0, 0), (left, -14), "axes fraction", "offset points", color=tone.muted, fontsize=12, va="center")


def _key(ax: Axes, words: str, tone: Theme, colours: LinearSegmentedColormap) -> None:
    """The colours, in a bar below the chart, and words right of it."""
    width, height = extent(ax)
    box = ax.inset_axes((0.0, (-14 - KEY[1] / 2) / height, KEY[0] / width, KEY[1] / height))
    box.imshow(np.linspace(0, 1, 64)[None], cmap=colours, aspect="auto", interpolation="bilinear")
    box.set_axis_off()
    _say(ax, words, tone, KEY[0] + 10)
