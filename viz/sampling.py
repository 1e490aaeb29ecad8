"""What a CPPN paints between all places, and the weights that a substrate samples of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.figure import Figure

from neatcore.errors import require
from neatcore.interfaces import Array, Floats
from substrates.geometry import Sheet
from substrates.networks import Synapses
from substrates.seeds import AXES
from viz.fields import BETWEEN, EDGE, FOOT, HEAD, MOST, WIDTH, head, key, left_out, matrices, strongest
from viz.sheets import CELL, Sketch, Tint, draw_sheet, kind_of, part_of
from viz.style import SHARPNESS, Theme, theme_of

Ask = Callable[[Floats, Floats], Array]  # points of sources (S, D) and of targets (T, D) to answers (O, T, S)
SPOTS = ((0.0, 0.0), (-0.6, -0.6), (0.6, -0.6), (0.6, 0.6))  # near which sources are asked about
SIDE, GAP, LEFT = 148.0, 10.0, 84.0
WORDS = 20.0  # above each row of pictures
MARGIN = 0.12  # around neurons that stand on the border, where they are no grid
FINE = 400  # neurons beyond which their places are not marked


@dataclass(frozen=True)
class Question:
    """What a CPPN is asked. outputs: of each projection the places of its weight output and, or -1, of that which gates it.

    names: of all outputs. threshold: the size that an answer must exceed to be a link, where no output gates it.
    """

    ask: Ask
    names: Sequence[str]
    outputs: Sequence[tuple[int, int]]
    threshold: float = 0.0


@dataclass(frozen=True)
class Plane:
    """Where the targets of one projection lie: neurons (N,) in it, as a sheet, and points (K², D) that fill it, row by row.

    order (D,): the coordinates, first those across and up in the picture; the sheet has them in this order.
    """

    order: Sequence[int]
    neurons: Array
    sheet: Sheet
    points: Floats
    reach: tuple[float, float]
    sides: tuple[int, int]  # pixels down and across


def sampling_figure(synapses: Synapses, question: Question, *, theme: str | Theme = "light") -> Figure:
    """Projection by projection: the answers for some sources and all places of targets, and the weights sampled there.

    Lines in the answers: where they are as strong as a link must be; a cross is the source, small dots are the targets.
    """
    tone, substrate = theme_of(theme), synapses.substrate
    shown = substrate.projections[:MOST]
    require(len(question.outputs) == len(substrate.projections), "a projection without an output")
    heights = [_height(substrate.sheets[pair.target], gate >= 0) for pair, (_, gate) in zip(shown, question.outputs)]
    sketch = Sketch(tone, WIDTH, 2 * EDGE + FOOT + sum(HEAD + height + BETWEEN for height in heights))
    tint, top = Tint(tone, strongest(synapses)), EDGE
    for place, (pair, height) in enumerate(zip(shown, heights)):
        draw = _draw_line if substrate.dimensions == 1 else _draw_planes
        head(sketch, top, substrate.title(pair), draw(sketch, synapses, question, place, tint, top + HEAD))
        top += HEAD + height + BETWEEN
    key(sketch, tint, top + FOOT / 2, left_out(substrate))
    return sketch.done()


def _height(target: Sheet, gated: bool) -> float:
    if target.points.shape[1] == 1:
        return SIDE + GAP + WORDS
    return WORDS + (1 + gated) * (SIDE + GAP) + _sampled_height(target)


def _sampled_height(target: Sheet) -> float:
    return CELL if kind_of(target) == "row" else SIDE


def _draw_planes(sketch: Sketch, synapses: Synapses, question: Question, place: int, tint: Tint, top: float) -> str:
    """A column for each of some sources: the weight output over the plane of the targets, the gate, the weights sampled."""
    pair = synapses.substrate.projections[place]
    source, target = synapses.substrate.sheets[pair.source], synapses.substrate.sheets[pair.target]
    plane, (output, gate) = plane_of(target), question.outputs[place]
    asked = sources_asked(source)
    answers = question.ask(source.points[asked], plane.points)
    said = f" {synapses.substrate.title(pair)}"  # stands above, and there is little room
    words = [*(question.names[each].removesuffix(said) for each in [output, gate][: 1 + (gate >= 0)]), "sampled"]
    middles = [top + WORDS + SIDE / 2 + row * (SIDE + GAP) for row in range(len(words))]
    middles[-1] += (_sampled_height(target) - SIDE) / 2
    for word, y in zip(words, middles):
        sketch.words(LEFT - 8, y, word, ha="right")
    for column, neuron in enumerate(asked.tolist()):
        x = LEFT + SIDE / 2 + column * (SIDE + GAP)
        at = ", ".join(f"{round(each, 2) + 0.0:g}".replace("-", "−") for each in source.points[neuron].tolist())
        sketch.words(x, top + WORDS / 2, f"from ({at})", size=10.5, ha="center")
        for row, chosen in enumerate([output, gate][: 1 + (gate >= 0)]):
            image = answers[chosen, :, column].reshape(plane.sides)
            levels = () if gate >= 0 and not row else (-question.threshold, question.threshold) if gate < 0 else (0.0,)
            box = _draw_pattern(sketch, image, (x, middles[row], SIDE), levels)
            _mark(sketch, plane, source.points[neuron, list(plane.order)], box)
        weights = matrices(synapses)[place][plane.neurons, neuron]
        draw_sheet(sketch, plane.sheet, weights, (x, middles[-1], SIDE), tint, sized=False)
    return _reading(len(asked), len(source), target, plane)


def _reading(asked: int, sources: int, target: Sheet, plane: Plane) -> str:
    words = f"answers for links from {asked} of {sources:,} neurons to every place, and the weights at those of {target.name}"
    if plane.order[1] != 1:
        words += f"; {AXES[plane.order[0]]} runs across, {AXES[plane.order[1]]} up"
    return words if len(plane.neurons) == len(target) else f"{words} in the middle layer"


def _draw_line(sketch: Sketch, synapses: Synapses, question: Question, place: int, tint: Tint, top: float) -> str:
    """Neurons on a line: the whole pattern in two dimensions, across the sources and down the targets; the matrix beside it."""
    output, gate = question.outputs[place]
    line = np.linspace(-1, 1, round(SIDE * SHARPNESS))[:, None]
    answers = question.ask(line, line)
    x, y = EDGE + SIDE / 2, top + WORDS + SIDE / 2
    for chosen in [output, gate][: 1 + (gate >= 0)]:
        sketch.words(x - SIDE / 2, top + WORDS / 2, question.names[chosen], size=10.5)
        levels = (0.0,) if chosen == gate else (-question.threshold, question.threshold)
        _draw_pattern(sketch, answers[chosen], (x, y, SIDE), levels)
        x += SIDE + 2 * GAP
    sketch.words(x - SIDE / 2, top + WORDS / 2, "sampled", size=10.5)
    sketch.image(tint(matrices(synapses)[place]), x, y, SIDE)
    return "what the CPPN answers for every source (across) and every target (down), and the weights sampled of it"


def _draw_pattern(
    sketch: Sketch, image: Array, box: tuple[float, float, float], levels: Sequence[float]
) -> tuple[float, float, float, float]:
    """Answers from orange to blue, the paper where they are 0, and lines at some levels."""
    tint = Tint(sketch.tone, max(1.0, float(np.abs(image).max())), links=False)
    edges = sketch.image(tint(image), *box)
    left, right, upper, lower = edges
    wanted = sorted({level for level in levels if image.min() < level < image.max()})
    if wanted:
        across, down = (np.linspace(*ends, size) for ends, size in zip(((left, right), (upper, lower)), image.shape[::-1]))
        lines = sketch.ax.contour(across, down, image, wanted, colors=sketch.tone.ink, linewidths=0.8, zorder=4)
        lines.set(linestyle="solid", alpha=0.65)
    outline = np.array([(left, upper), (right, upper), (right, lower), (left, lower), (left, upper)])
    sketch.ax.plot(*outline.T, color=sketch.tone.faint, linewidth=0.8, zorder=4)
    return edges


def _mark(sketch: Sketch, plane: Plane, source: Floats, box: tuple[float, float, float, float]) -> None:
    """The targets as small dots, the source as a cross."""
    left, right, upper, lower = box
    span = np.array([plane.reach[1], plane.reach[0]])
    places = flat_down(plane.sheet, plane.sheet.points)
    corner, size = np.array([(left + right) / 2, (upper + lower) / 2]), np.array([right - left, lower - upper]) / 2
    if len(places) <= FINE:
        dots = places / span * size + corner
        sketch.ax.scatter(
            dots[:, 0], dots[:, 1], s=2.6 if len(places) > 40 else 12, color=sketch.tone.ink, alpha=0.55, linewidths=0, zorder=5
        )
    cross = flat_down(plane.sheet, np.atleast_2d(source))[0] / span * size + corner
    if np.all(np.abs(cross - corner) <= size):
        sketch.ax.plot(*cross, "+", color=sketch.tone.ink, ms=9, mew=1.6, zorder=6)


def flat_down(sheet: Sheet, points: Floats) -> Floats:
    """x and y (N, 2) in a picture of the sheet, y down: a grid's first row is on top, other sheets have y upwards."""
    return points[:, :2] * (1, 1 if kind_of(sheet) == "grid" else -1)


def sources_asked(source: Sheet) -> Array:
    """Neurons in the middle and around it; of rings and rows, four that are evenly spread."""
    if kind_of(source) in ("ring", "row"):
        last = len(source) * (0.75 if kind_of(source) == "ring" else 1.0) - (kind_of(source) == "row")
        chosen = np.round(np.linspace(0, max(last, 0), min(4, len(source)))).astype(np.int64)
    else:
        apart = np.abs(source.points[:, None, :2] - np.array(SPOTS)).sum(axis=2)
        chosen = apart.argmin(axis=0)
    return np.array(list(dict.fromkeys(chosen.tolist())))


def plane_of(target: Sheet) -> Plane:
    """The plane that the targets lie in, of the first two coordinates where there are several; of a cube its middle layer."""
    order = seen_along(target.points)
    target = replace(target, points=target.points[:, order])
    deep = target.points[:, 2:]
    middle = deep[np.argsort(np.abs(deep - np.median(deep, axis=0)).sum(axis=1), kind="stable")[0]]
    neurons = np.flatnonzero(np.all(np.abs(deep - middle) < 1e-9, axis=1))
    sheet = part_of(target, neurons)
    reach, shape = [1.0 + MARGIN] * 2, (1, 1)
    if kind_of(sheet) == "grid":  # a cell around each neuron, so that both pictures cover the same
        shape = (sheet.shape[-2], sheet.shape[-1])
        reach = [float(np.abs(sheet.points[:, axis]).max()) * size / (size - 1) for axis, size in zip((1, 0), shape)]
    cell = max(1, int(SIDE * SHARPNESS / max(shape)))  # whole pixels, as `Sketch.image` has them
    sides = (cell * shape[0], cell * shape[1])
    down, across = (reach[k] * (np.arange(sides[k]) + 0.5 - sides[k] / 2) / (sides[k] / 2) for k in (0, 1))
    grid = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    points = np.concatenate([flat_down(sheet, grid), np.broadcast_to(middle, (len(grid), len(middle)))], axis=1)
    return Plane(order, neurons, sheet, points[:, np.argsort(order)], (reach[0], reach[1]), sides)


def seen_along(points: Floats) -> list[int]:
    """The coordinates of points (N, D) in the order in which a picture takes them: the two along which they differ come first."""
    varying = np.flatnonzero(np.ptp(points, axis=0) > 1e-9).tolist()
    first = varying if len(varying) == 2 else [0, 1]
    return [*first, *(axis for axis in range(points.shape[1]) if axis not in first)]
