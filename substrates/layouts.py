"""Named layouts: from a configuration and the ends of a task's networks to a substrate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import ceil, pi, prod

import numpy as np

from neatcore.errors import InputError, require, unknown
from neatcore.interfaces import Floats
from substrates.config import LAYOUTS, Shape, SubstrateConfig
from substrates.geometry import Sheet, Substrate, check_substrate, grid, lifted, ring, row, wire

Places = tuple[Floats, Floats]
HYPERCUBE = 3  # neurons along a side of a hypercube, where nothing else is said
INNER = 0.5  # radius of the innermost ring
OVERLAPPING = ("placed", "sandwich", "grid")  # layouts whose sheets share places once there are more than two


def lay_out(
    config: SubstrateConfig, inputs: int, outputs: int, places: Places | None = None, *, told_apart: bool = False
) -> Substrate:
    """The substrate for networks of so many inputs and outputs, which stand at `places` if the task says so.

    told_apart: the encoding treats every pair of sheets by itself, so that no coordinate is needed to tell them apart.
    InputError where a layout does not fit, such as a file with other numbers of inputs.
    """
    if config.substrate in LAYOUTS:
        substrate = _built(config, inputs, outputs, places, told_apart)
        check_substrate(substrate)
    else:
        substrate = _loaded(config)
    for name, wanted in (("inputs", inputs), ("outputs", outputs)):
        found = getattr(substrate, name)
        require(found == wanted, f"substrate {config.substrate} has {found} {name}, the task needs {wanted}")
    return substrate


def _loaded(config: SubstrateConfig) -> Substrate:
    """A substrate from a file, which alone says what is hidden and how it is linked."""
    from substrates.files import load_substrate

    substrate = load_substrate(config.substrate)
    for name in ("hidden", "dimensions", "wiring", "depth"):
        usual = SubstrateConfig.model_fields[name].default
        require(
            getattr(config, name) == usual,
            f"{name}={getattr(config, name)} does not go with a substrate file, which says it all; leave {name} out",
        )
    return substrate


def _built(config: SubstrateConfig, inputs: int, outputs: int, places: Places | None, told_apart: bool) -> Substrate:
    if config.substrate == "task" and places is not None:
        layout, sheets = "placed", _placed(config, places)
    else:
        layout = "parallel" if config.substrate == "task" else config.substrate
        sheets = MAKERS[layout](config, inputs, outputs)
    wiring = "full" if layout == "hypercube" else config.wiring
    substrate = Substrate(tuple(sheets), wire([sheet.role for sheet in sheets], wiring))
    # by its name, not its points: the genomes of a small substrate must be those of a large one
    confused = layout in OVERLAPPING and not told_apart and len(substrate.projections) > 1
    return _deepened(substrate) if config.depth == "yes" or (config.depth == "auto" and confused) else substrate


def _deepened(substrate: Substrate) -> Substrate:
    """With a last coordinate from -1 for the inputs to 1 for the outputs, evenly over the sheets between."""
    roles = [sheet.role for sheet in substrate.sheets]
    between = np.linspace(-1.0, 1.0, roles.count("hidden") + 2)[1:-1].tolist()
    heights = [-1.0] * roles.count("input") + between + [1.0] * roles.count("output")
    sheets = [replace(sheet, points=lifted(sheet.points, height)) for sheet, height in zip(substrate.sheets, heights)]
    return Substrate(tuple(sheets), substrate.projections)


# --- the layouts --------------------------------------------------------------------------------------------------------


def _placed(config: SubstrateConfig, places: Places) -> list[Sheet]:
    """Inputs and outputs where the task puts them; hidden sheets as grids that fill the same space."""
    near, far = (np.asarray(points, np.float64) for points in places)
    hidden = [_hidden_grid(shape, near.shape[1], config.substrate) for shape in config.hidden]
    return _named([near], hidden, [far])


def _parallel(config: SubstrateConfig, inputs: int, outputs: int) -> list[Sheet]:
    """Rows from y = -1, the inputs, to y = 1, the outputs (Stanley, D'Ambrosio & Gauci 2009, food gathering)."""
    heights = np.linspace(-1.0, 1.0, len(config.hidden) + 2).tolist()
    counts = [inputs, *_lengths(config), outputs]
    rows = [row(count, height) for count, height in zip(counts, heights)]
    return _named(rows[:1], rows[1:-1], rows[-1:])


def _concentric(config: SubstrateConfig, inputs: int, outputs: int) -> list[Sheet]:
    """Rings: the inputs innermost, the outputs outermost (the same)."""
    radii = np.linspace(INNER, 1.0, len(config.hidden) + 2).tolist()
    counts = [inputs, *_lengths(config), outputs]
    rings = [ring(count, radius) for count, radius in zip(counts, radii)]
    return _named(rings[:1], rings[1:-1], rings[-1:])


def _circular(config: SubstrateConfig, inputs: int, outputs: int) -> list[Sheet]:
    """One circle: inputs on its lower half, outputs on its upper half, both from left to right; hidden sheets on rings inside,
    the first outermost."""
    radii = np.linspace(INNER, 0.0, len(config.hidden) + 1).tolist()
    hidden = [ring(count, radius) for count, radius in zip(_lengths(config), radii)]
    return _named([_arc(inputs, -1.0)], hidden, [_arc(outputs, 1.0)])


def _arc(count: int, side: float) -> Floats:
    angles = pi * (1.0 - (np.arange(count) + 0.5) / count)
    return np.stack([np.cos(angles), side * np.sin(angles)], axis=1)


def _sandwich(config: SubstrateConfig, inputs: int, outputs: int) -> list[Sheet]:
    """Flat sheets one above the other, as square as their neurons allow (Stanley, D'Ambrosio & Gauci 2009)."""
    return _grid(config.model_copy(update={"dimensions": 2}), inputs, outputs)


def _grid(config: SubstrateConfig, inputs: int, outputs: int) -> list[Sheet]:
    """Every sheet a grid of so many dimensions, over the whole space."""
    hidden = [_hidden_grid(shape, config.dimensions, config.substrate) for shape in config.hidden]
    return _named([_filled(inputs, config.dimensions)], hidden, [_filled(outputs, config.dimensions)])


def _hypercube(config: SubstrateConfig, inputs: int, outputs: int) -> list[Sheet]:
    """A hidden grid between two faces, last coordinate -1 the inputs, 1 the outputs; every neuron is linked to every neuron."""
    require(len(config.hidden) <= 1, f"substrate=hypercube has one hidden sheet, not {len(config.hidden)}")
    shape = config.hidden[0] if config.hidden else (HYPERCUBE,) * config.dimensions
    hidden = _hidden_grid(shape, config.dimensions, config.substrate)
    layers = len(np.unique(hidden[:, -1]))
    hidden[:, -1] *= (layers - 1) / (layers + 1) / (1 if config.dimensions > 1 else 3)  # inside: no two neurons at one place
    faces = [_face(count, config.dimensions, side) for count, side in ((inputs, -1.0), (outputs, 1.0))]
    return _named(faces[:1], [hidden], faces[1:])


def _face(count: int, dimensions: int, side: float) -> Floats:
    """`count` points over a face of the cube; on a line, which has no faces, over its outer third, from the end inwards."""
    if dimensions == 1:
        return side * (1.0 - 2.0 / 3.0 * np.arange(count) / count)[:, None]
    return lifted(_filled(count, dimensions - 1), side)


def _filled(count: int, dimensions: int) -> Floats:
    """The first `count` points of the smallest grid of equal sides that has room, its last sides cut as far as they can be."""
    sides: list[int] = []
    left = count
    for axis in range(dimensions, 0, -1):
        sides.append(max(1, ceil(round(left ** (1 / axis), 9))))
        left = ceil(left / sides[-1])
    return grid(*sides)[:count]


def _hidden_grid(shape: Shape, dimensions: int, layout: str) -> Floats:
    """A hidden sheet of that shape; axes that it does not name are 0. A number alone is spread over all axes."""
    if isinstance(shape, int):
        return _filled(shape, dimensions)
    require(
        len(shape) <= dimensions,
        f"a hidden sheet of {' × '.join(map(str, shape))} neurons does not fit the {dimensions} dimensions of substrate={layout}",
    )
    return grid(*shape, *(1,) * (dimensions - len(shape)))


def _lengths(config: SubstrateConfig) -> list[int]:
    """How many neurons the hidden rows or rings have."""
    for shape in config.hidden:
        if not isinstance(shape, int):
            raise InputError(f"substrate={config.substrate} has no room for a hidden grid {list(shape)}; write {prod(shape)}")
    return [shape for shape in config.hidden if isinstance(shape, int)]


def _named(inputs: Sequence[Floats], hidden: Sequence[Floats], outputs: Sequence[Floats]) -> list[Sheet]:
    """Sheets with their names: input, hidden or hidden 1 …, output."""
    sheets = [Sheet("input", "input", points, arranged(points)) for points in inputs]
    for number, points in enumerate(hidden, 1):
        name = f"hidden {number}" if len(hidden) > 1 else "hidden"
        sheets.append(Sheet(name, "hidden", points, arranged(points)))
    return [*sheets, *(Sheet("output", "output", points, arranged(points)) for points in outputs)]


def arranged(points: Floats) -> tuple[int, ...]:
    """The sides of the grid that points fill, slowest axis first, as numpy counts them; (N,) where they fill none."""
    axes = [column[np.sort(np.unique(column, return_index=True)[1])] for column in points.T]  # up or down, as they come
    sides = tuple(len(axis) for axis in reversed(axes) if len(axis) > 1)
    if len(sides) < 2 or prod(sides) != len(points):
        return (len(points),)
    table = np.stack([axis.ravel() for axis in np.meshgrid(*reversed(axes), indexing="ij")[::-1]], axis=1)
    return sides if np.array_equal(table, points) else (len(points),)


MAKERS: Mapping[str, Callable[[SubstrateConfig, int, int], list[Sheet]]] = {
    "parallel": _parallel,
    "concentric": _concentric,
    "circular": _circular,
    "sandwich": _sandwich,
    "grid": _grid,
    "hypercube": _hypercube,
}


def unknown_substrate(name: str) -> InputError:
    return unknown("substrate", name, [*LAYOUTS, "a TOML or JSON file"])
