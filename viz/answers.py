"""What a network has learnt to answer: over the unit square for two inputs, pattern by pattern for more."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from neatcore.errors import require
from neatcore.interfaces import Answers, Floats
from viz.style import Margins, Theme, dress, extent, figure, note, theme_of

TINY = 1e-300
BITS_READABLE = 70  # patterns beyond which their inputs are not drawn


def draw_answers(answers: Answers, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """The surface with the training points where there is one, else each pattern's output beside its target."""
    check_answers(answers)
    if answers.surface is None:
        return _draw_patterns(answers, ax, theme_of(theme))
    return _draw_surface(answers, answers.surface, ax, theme_of(theme))


def check_answers(answers: Answers) -> None:
    """InputError where they do not fit together."""
    shapes = {name: np.shape(getattr(answers, name)) for name in ("inputs", "targets", "outputs")}
    rows = {len(shape) == 2 and shape[0] for shape in shapes.values()}
    fits = len(rows) == 1 and rows.pop() and shapes["targets"] == shapes["outputs"]
    require(fits, f"answers that do not fit together: {shapes}")
    surface = np.shape(answers.surface) if answers.surface is not None else (1, 1)
    require(len(surface) == 2, f"a surface of shape {surface}, where (K, K) is needed")


def answers_figure(answers: Answers, *, theme: str | Theme = "light", width: float = 560) -> Figure:
    """A Figure of the answers in a fitting shape."""
    if answers.surface is not None:
        side = min(width, 380)
        result = figure(theme, side, side + 6, Margins(44, 22, 44, 22))
    else:
        bands = answers.targets.shape[1]
        bits = answers.inputs.shape[1] if len(answers.inputs) <= BITS_READABLE else 0
        result = figure(theme, width, 70 + 110 * bands + 13 * bits, Margins(44, 12, 16, 28))
    draw_answers(answers, result.add_subplot(), theme=theme)
    return result


def _draw_surface(answers: Answers, surface: Floats, ax: Axes, tone: Theme) -> Axes:
    """Eight steps of the output from 0 (orange) to 1 (blue), the line where it is one half, and the points with their outputs."""
    values = np.clip(surface, 0, 1)
    up, across = (np.linspace(0, 1, count) for count in surface.shape)
    levels = np.linspace(0, 1, len(tone.weights) + 1)
    ax.contourf(across, up, values, levels=levels, colors=tone.weights)
    if values.min() < 0.5 < values.max():
        ax.contour(across, up, values, levels=[0.5], colors=[tone.ink], linewidths=1)
    for (x, y, *_), (target, *_), (output, *_) in zip(answers.inputs, answers.targets, answers.outputs):
        colour = tone.weights[-1] if target > 0.5 else tone.weights[0]
        ax.scatter([x], [y], s=150, color=colour, edgecolors=tone.paper, linewidths=2.5, zorder=4, clip_on=False)
        _write_answer(ax, x, y, output, tone)
    dress(ax, tone, "first input", "second input")
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 1], yticks=[0, 1], aspect="equal")
    ax.tick_params(pad=12, length=0)
    return ax


def _write_answer(ax: Axes, x: float, y: float, output: float, tone: Theme) -> None:
    """The output at a point, written towards the middle, in the colour that stands out from the surface there."""
    right, above = x < 0.5, y < 0.5
    place = (14 if right else -14, 14 if above else -14)
    text = ax.annotate(f"{output:.2f}", (x, y), place, textcoords="offset points", fontsize=12, weight="bold")
    text.set(color=tone.ink if abs(output - 0.5) < 0.25 else tone.paper)
    text.set(ha="left" if right else "right", va="bottom" if above else "top")


def _draw_patterns(answers: Answers, ax: Axes, tone: Theme) -> Axes:
    """A column for each pattern: a ring at the target, a dot at the output, a line between; below, the inputs as squares.

    Where targets are 0 or 1 the colours say whether an output is nearer to the right one; axes reach from 0 to 1, or as far as the
    numbers do.
    """
    count, bands = answers.targets.shape
    size = min(60.0, (0.55 * extent(ax)[0] / count) ** 2)
    place = np.arange(count)
    low, high = _limits(answers)
    told = is_told(answers)
    ticks = []
    for band in range(bands):
        base = 1.4 * (bands - 1 - band)
        target, output = ((values[:, band] - low) / (high - low) + base for values in (answers.targets, answers.outputs))
        right = np.abs(answers.targets[:, band] - answers.outputs[:, band]) < 0.5
        colours = [(tone.good if fine else tone.bad) if told else tone.accent for fine in right]
        ax.hlines(
            [base, base + 0.5, base + 1], -0.5, count - 0.5, colors=[tone.grid, tone.faint, tone.grid], linewidths=1, zorder=0
        )
        ax.vlines(place, output, target, colors=colours, linewidths=1.6)
        ax.scatter(place, target, s=1.6 * size, facecolors=tone.paper, edgecolors=tone.muted, linewidths=1.2, label="target")
        ax.scatter(place, output, s=0.6 * size, c=colours, label="output")
        ticks += [base, base + 1]
    dress(ax, tone)
    note(ax, "answers (dots) and targets (rings)", tone)
    floor = _draw_bits(answers, ax, tone) if count <= BITS_READABLE else -0.2
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    ax.set(xlim=(-0.6, count - 0.4), ylim=(floor, 1.4 * (bands - 1) + 1.1), xticks=[])
    ax.set_yticks(ticks, labels=[f"{low:.3g}", f"{high:.3g}"] * bands)
    return ax


def is_told(answers: Answers) -> bool:
    """Whether targets are 0 or 1, so that an output is right or wrong."""
    return bool(np.isin(answers.targets, (0, 1)).all())


def _limits(answers: Answers) -> tuple[float, float]:
    """From 0 to 1, or as far beyond as targets and outputs reach."""
    values = np.concatenate([answers.targets, answers.outputs])
    return min(0.0, float(values.min())), max(1.0, float(values.max()))


def _draw_bits(answers: Answers, ax: Axes, tone: Theme) -> float:
    """The inputs as a table of squares below the axis, dark for 1, or for the greatest of each input where there are others than
    0 and 1; its lower edge."""
    inputs = answers.inputs.T
    if not np.isin(inputs, (0, 1)).all():
        inputs = (inputs - inputs.min(axis=1, keepdims=True)) / np.maximum(np.ptp(inputs, axis=1, keepdims=True), TINY)
    count = inputs.shape[1]
    cell = 0.13
    top, bottom = -0.22, -0.22 - cell * len(inputs)
    edges = np.arange(count + 1) - 0.5, np.linspace(top, bottom, len(inputs) + 1)
    shades = LinearSegmentedColormap.from_list("inputs", [tone.grid, tone.muted])
    ax.pcolormesh(*edges, inputs, cmap=shades, vmin=0, vmax=1, edgecolors=tone.paper, linewidth=1.5)
    ax.text(-0.6, (top + bottom) / 2, "inputs ", color=tone.muted, fontsize=12, ha="right", va="center")
    return bottom - 0.02
