"""ES-HyperNEAT as the paper has it, cell by cell, recursive (Risi & Stanley 2012)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from neatcore.cppn import prepare
from neatcore.genome import Genome
from substrates.evolvable.config import EsHyperNeatConfig

Point = tuple[float, ...]
Asked = Callable[[Point], tuple[float, float]]


@dataclass
class Cell:
    """A cell by its middle and half its width. weight, gate: of the link from or to its middle."""

    middle: Point
    half: float
    level: int
    weight: float = 0.0
    gate: float = 1.0
    children: list[Cell] = field(default_factory=list)

    def leaves(self) -> list[float]:
        return [weight for child in self.children for weight in child.leaves()] if self.children else [self.weight]

    def variance(self) -> float:
        return float(np.var(np.array(self.leaves(), np.float64)))


def axes_of(dimensions: int, config: EsHyperNeatConfig) -> list[int]:
    """Along which cells are divided."""
    return [axis for axis in range(dimensions) if "xyz"[axis] != config.plane[:1]]


def corners(cell: Cell, config: EsHyperNeatConfig) -> Iterator[Point]:
    """The middles of its children."""
    axes = axes_of(len(cell.middle), config)
    for signs in product((-0.5, 0.5), repeat=len(axes)):
        moved = list(cell.middle)
        for axis, sign in zip(axes, signs, strict=True):
            moved[axis] += sign * cell.half
        yield tuple(moved)


def divided(asked: Asked, config: EsHyperNeatConfig, dimensions: int) -> Cell:
    middle = [0.0] * dimensions
    if config.plane:
        middle["xyz".index(config.plane[0])] = float(config.plane[2:])
    root = Cell(tuple(middle), 1.0, 1)
    queue = [root]
    while queue:
        cell = queue.pop(0)
        for corner in corners(cell, config):
            cell.children.append(Cell(corner, cell.half / 2, cell.level + 1, *asked(corner)))
        if cell.level < config.initial or (cell.level < config.maximum and cell.variance() > config.division):
            queue += cell.children
    return root


def extracted(asked: Asked, config: EsHyperNeatConfig, cell: Cell) -> Iterator[Cell]:
    for child in cell.children:
        if child.children and child.variance() >= config.variance:
            yield from extracted(asked, config, child)
            continue
        if child.gate <= 0:
            continue
        bands = []
        for axis in axes_of(len(child.middle), config):
            sides = []
            for step in (-cell.half, cell.half):
                beside = tuple(x + step * (place == axis) for place, x in enumerate(child.middle))
                sides.append(abs(np.float32(child.weight) - np.float32(asked(beside)[0])))
            bands.append(min(sides))
        if max(bands) > config.band:
            yield child


def network(
    genome: Genome, config: EsHyperNeatConfig, inputs: list[Point], outputs: list[Point], bias: float = 1.0
) -> tuple[set[Point], dict[tuple[Point, Point], float], int]:
    """Hidden neurons, the links with what the CPPN answered for them, and how many links it was asked about."""
    packed = prepare([genome], genome.inputs)
    gated, count = config.rule == "leo", 0

    def ask(source: Point, target: Point) -> tuple[float, float]:
        nonlocal count
        count += 1
        steps = np.subtract(np.float32(target), np.float32(source))
        extra = ([*steps] if config.delta else []) + ([np.sqrt(sum(s * s for s in steps))] if config.distance else [])
        answers = packed.query(np.array([[*source, *target, *extra]], np.float32), bias=bias)[0, :, 0]
        return float(answers[0]), float(answers[1]) if gated else 1.0

    def links(end: Point, outgoing: bool) -> Iterator[Cell]:
        asked = (lambda p: ask(end, p)) if outgoing else (lambda p: ask(p, end))
        yield from extracted(asked, config, divided(asked, config, len(end)))

    found: dict[tuple[Point, Point], float] = {}
    hidden: list[Point] = []
    for source in inputs:
        for cell in links(source, True):
            found[source, cell.middle] = cell.weight
            hidden += [cell.middle] * (cell.middle not in hidden)
    explored = 0
    for _ in range(config.iterations):
        known = len(hidden)
        for source in hidden[explored:known]:
            for cell in links(source, True):
                if config.recurrent or cell.middle[-1] > source[-1]:
                    found[source, cell.middle] = cell.weight
                    hidden += [cell.middle] * (cell.middle not in hidden)
        explored = known
    for target in outputs:
        for cell in links(target, False):
            if cell.middle in hidden:
                found[cell.middle, target] = cell.weight
    alive = set(outputs)
    for _ in found:
        alive |= {source for source, target in found if target in alive}
    kept = {ends: weight for ends, weight in found.items() if ends[1] in alive}
    return alive & set(hidden), kept, count
