"""Receptive fields: for every neuron a small picture of the weights with which it reads a sheet, where the neuron stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from neatcore.errors import require
from neatcore.interfaces import Array, Floats
from substrates.geometry import Projection, Sheet, Substrate
from substrates.networks import Synapses
from viz.sheets import Sketch, Tint, as_image, draw_ground, draw_sheet, flat, kind_of
from viz.style import SHARPNESS, Theme, theme_of

WIDTH = 720.0
EDGE = 8.0  # around everything
HEAD = 34.0  # the two lines above a projection
FOOT = 30.0  # the key
BETWEEN = 18.0
MOST = 3  # projections in a figure
ACROSS = 16  # pictures along a side of a grid; of more, every second or third is drawn
FULL = 0.8  # of a picture's side that its cells should fill
LINE = 10  # pictures in a line, where neurons stand in a row
SMALLEST, LARGEST = 30.0, 132.0  # pixels of a picture


@dataclass(frozen=True)
class Block:
    """Where the pictures of one projection go: neurons (N,), their middles (N, 2) from the block's top left corner, one's side."""

    neurons: Array
    middles: Floats
    side: float
    height: float


def fields_figure(synapses: Synapses, *, names_in: Sequence[str] | None = None, theme: str | Theme = "light") -> Figure:
    """The receptive fields of the first network, projection by projection; grey is no link, orange negative, blue positive.

    In a grid a dot marks the place at which the neuron itself would stand.
    """
    tone, substrate = theme_of(theme), synapses.substrate
    shown = substrate.projections[:MOST]
    blocks = [_block(*_ends(substrate, pair)) for pair in shown]
    height = 2 * EDGE + FOOT + sum(HEAD + block.height + BETWEEN for block in blocks)
    sketch = Sketch(tone, WIDTH, height)
    tint, top = Tint(tone, strongest(synapses)), EDGE
    for pair, block, weights in zip(shown, blocks, matrices(synapses)):
        head(sketch, top, substrate.title(pair), _details(substrate, pair, weights, block, names_in))
        _draw(sketch, substrate, pair, weights, block, tint, top + HEAD)
        top += HEAD + block.height + BETWEEN
    key(sketch, tint, top + FOOT / 2, left_out(substrate))
    return sketch.done()


def matrices(synapses: Synapses) -> list[Array]:
    """The weights of the first network, projection by projection, with a row for each target (T, S)."""
    require(synapses.size > 0, "there is no network to draw")
    return [weights[0].T for weights in synapses.weights]


def strongest(synapses: Synapses) -> float:
    """The size of the first network's largest weight."""
    return max(float(np.abs(weights).max(initial=0.0)) for weights in matrices(synapses)) or 1.0


def head(sketch: Sketch, top: float, title: str, details: str = "") -> None:
    """The name of a part, and what there is to say of it, in two lines."""
    sketch.words(EDGE, top + 6, title, size=13, quiet=False)
    sketch.words(EDGE, top + 22, details, size=10.5)


def key(sketch: Sketch, tint: Tint, y: float, note: str = "") -> None:
    """What the colours of links mean; a note to the right."""
    ramp = np.linspace(-tint.largest, tint.largest, 240)
    ramp[ramp == 0] = 1e-9
    left, right, _, _ = sketch.image(tint(np.broadcast_to(ramp, (16, len(ramp)))), EDGE + 98, y, 120)
    sketch.words(left - 6, y, f"−{tint.largest:.3g}", size=10.5, ha="right")
    sketch.words(right + 6, y, f"+{tint.largest:.3g}", size=10.5)
    _, right, _, _ = sketch.image(tint(np.zeros((1, 1))), right + 68, y, 9)
    sketch.words(right + 6, y, "no link", size=10.5)
    sketch.words(sketch.width - EDGE, y, note, size=10.5, ha="right")


def left_out(substrate: Substrate) -> str:
    more = len(substrate.projections) - MOST
    return f"{more} more pair{'s' * (more > 1)} of sheets not shown" if more > 0 else ""


def _ends(substrate: Substrate, pair: Projection) -> tuple[Sheet, Sheet]:
    """The sheet each of whose neurons has a picture, and the sheet that a picture is of: what is read, or what a single neuron
    reaches in a grid."""
    source, target = substrate.sheets[pair.source], substrate.sheets[pair.target]
    return (source, target) if _reaches(substrate, pair) else (target, source)


def _reaches(substrate: Substrate, pair: Projection) -> bool:
    """Whether pictures are of what a neuron reaches, rather than of what it reads."""
    source, target = substrate.sheets[pair.source], substrate.sheets[pair.target]
    return len(source) == 1 and kind_of(target) == "grid"


def _details(substrate: Substrate, pair: Projection, weights: Array, block: Block, names_in: Sequence[str] | None) -> str:
    """How many links there are, and how the pictures are to be read."""
    source, target = substrate.sheets[pair.source], substrate.sheets[pair.target]
    words = f"{np.count_nonzero(weights):,} of {weights.size:,} links.  "
    if _reaches(substrate, pair):
        return f"{words}How the neuron of {source.name} reaches each of {target.name}"
    words += f"Each neuron of {target.name}: how it reads {source.name}"
    if names_in and len(names_in) == len(source) <= 6 and source.role == "input":
        words += f", which is {', '.join(names_in)}"
    return words if len(block.neurons) == len(target) else f"{words}.  {len(block.neurons):,} of {len(target):,} neurons are shown"


def _draw(sketch: Sketch, substrate: Substrate, pair: Projection, weights: Array, block: Block, tint: Tint, top: float) -> None:
    target, source = _ends(substrate, pair)
    weights = weights if target is substrate.sheets[pair.target] else weights.T
    own = _own_places(source, target) if kind_of(source) == kind_of(target) == "grid" else None
    marks = []
    for neuron, (x, y) in zip(block.neurons.tolist(), block.middles.tolist()):
        if kind_of(source) != "grid":
            if kind_of(source) != "ring":
                draw_ground(sketch, source, (x, top + y, block.side))
            draw_sheet(sketch, source, weights[neuron], (x, top + y, block.side), tint)
            continue
        image = as_image(source, weights[neuron])
        values = means(image, -(-max(image.shape) // int(block.side * SHARPNESS)))  # cells smaller than a pixel are averaged
        left, right, upper, lower = sketch.image(tint(values), x, top + y, block.side)
        if own is not None:
            marks.append(own[neuron] * (right - left, lower - upper) + (left, upper))
    if marks:
        x, y = np.array(marks).T
        sketch.ax.scatter(x, y, s=3.2, color=sketch.tone.ink, linewidths=0, zorder=4)


def _own_places(source: Sheet, target: Sheet) -> Floats | None:
    """Where each target neuron would stand in the picture of the source sheet, as shares (T, 2); none for cubes."""
    if len(source.shape) != 2:
        return None
    low, high = source.points[:, :2].min(axis=0), source.points[:, :2].max(axis=0)
    sides = np.array(source.shape[::-1])
    shares = (target.points[:, :2] - low) / np.where(high > low, high - low, 1.0)
    places: Floats = (shares * (sides - 1) + 0.5) / sides
    return places


def means(image: Array, step: int) -> Array:
    """The mean of each block of step × step cells, those at the edges smaller."""
    if step <= 1:
        return image
    rows, columns = (np.arange(0, size, step) for size in image.shape)
    sums = np.add.reduceat(np.add.reduceat(np.asarray(image, np.float64), rows, axis=0), columns, axis=1)
    counts = np.outer(np.diff(rows, append=image.shape[0]), np.diff(columns, append=image.shape[1]))
    result: Array = sums / counts
    return result


# --- where the pictures go ---------------------------------------------------------------------------------------------


def _block(target: Sheet, source: Sheet) -> Block:
    kind = kind_of(target)
    if kind == "grid":
        return _in_grid(target, source)
    return _around(target) if kind == "ring" else _in_lines(len(target), _aspect(source))


def _aspect(source: Sheet) -> float:
    """Height over width of a picture."""
    if kind_of(source) != "grid":
        return 0.62 if kind_of(source) == "row" else 1.0
    high, wide = as_image(source, np.zeros(len(source))).shape
    return float(high / wide)


def _in_grid(target: Sheet, source: Sheet) -> Block:
    """Rows and columns as those of the neurons, layers of a cube side by side.

    Where there are many, every so manieth: the least that leaves room, or one of the next if whole pixels fill its pictures better.
    """
    order = np.arange(len(target)).reshape(-1, *target.shape[-2:])
    order = np.concatenate(list(order), axis=1)
    least = -(-max(order.shape) // ACROSS)
    blocks = [_every(order, step, _aspect(source)) for step in range(least, least + (4 if least > 1 else 1))]
    longest = max(as_image(source, np.zeros(len(source))).shape) if kind_of(source) == "grid" else 1
    fills = [round(block.side * SHARPNESS) // longest * longest / (block.side * SHARPNESS) for block in blocks]
    return next((block for block, fill in zip(blocks, fills) if fill > FULL), blocks[0])


def _every(order: Array, step: int, aspect: float) -> Block:
    rows, columns = (np.arange((size - 1) % step // 2, size, step) for size in order.shape)
    return _tiled(order[rows][:, columns].ravel(), len(columns), aspect)


def _in_lines(count: int, aspect: float) -> Block:
    neurons = np.arange(0, count, -(-count // (LINE * ACROSS)))
    return _tiled(neurons, min(len(neurons), LINE), aspect)


def _tiled(neurons: Array, columns: int, aspect: float) -> Block:
    step = min((WIDTH - 2 * EDGE) / columns, LARGEST)
    gap = max(3.0, 0.08 * step)
    side = min(step - gap, (step - gap) / aspect)
    down = side * aspect + gap
    places = np.stack([np.arange(len(neurons)) % columns, np.arange(len(neurons)) // columns], axis=1)
    middles: Floats = (places + 0.5) * np.array([step, down]) + np.array([EDGE, 0.0])
    return Block(neurons, middles, side, float(down * (places[-1, 1] + 1)))


def _around(target: Sheet) -> Block:
    """On a ring, in the neurons' directions; every second or third where there is no room for all."""
    width = WIDTH - 2 * EDGE
    directions = flat(target) / np.hypot(*flat(target).T)[:, None]
    neurons = np.arange(len(target))
    while True:
        apart = _nearest(directions[neurons])
        side = min(width * apart / (2 + apart), LARGEST)  # a chord of a ring that leaves room for half a picture outside
        if side >= SMALLEST or len(neurons) <= 2:
            break
        neurons = np.arange(0, len(target), neurons[1] + 1)
    middles: Floats = directions[neurons] * np.array([1.0, -1.0]) * max(side / apart, 0.6 * side) + WIDTH / 2
    low, high = middles[:, 1].min() - side / 2, middles[:, 1].max() + side / 2
    return Block(neurons, middles - (0, low), 0.96 * side, float(high - low))


def _nearest(places: Floats) -> float:
    """The least distance between neighbours in a list of places."""
    steps = places - np.roll(places, 1, axis=0)
    return float(np.hypot(*steps.T).min())
