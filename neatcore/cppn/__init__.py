"""CPPNs: populations of networks asked about points in space, in float32, a block of points at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neatcore.errors import InputError, require
from neatcore.genome import Genome, Genomes
from neatcore.interfaces import GraphSpace
from neatcore.nets import pack
from neatcore.nets.columns import Nets

Single = NDArray[np.float32]

CHUNKS = 8  # of work a thread: genomes differ in cost


def query(genomes: Sequence[Genome], points: ArrayLike, *, bias: float = 1.0, threads: int = 1) -> Single:
    """What P CPPNs answer at Q points (Q, I): an array (P, O, Q) in float32.

    The inputs of a genome, in the order of their ids, are the coordinates of a point; its bias node has the value `bias`. Memory
    beside the answers does not grow with Q. The bits do not depend on the number of threads. InputError where a genome does not
    fit the points.
    """
    from neatcore.cppn import kernels

    table = _coordinates(points, "points")
    nets, weights = _packed(genomes, table.shape[1])
    answers = _room(len(genomes), nets.output_slots.shape[1], len(table))
    own, level = kernels.own_rows(single=True), _level(bias)
    _share(lambda *part: kernels.query_points(nets, weights, own, level, table, answers, *part), answers, kernels.LANES, threads)
    return answers


def query_sheets(
    genomes: Sequence[Genome],
    source: ArrayLike,
    target: ArrayLike,
    *,
    delta: bool = False,
    distance: bool = False,
    bias: float = 1.0,
    by_source: bool = False,
    threads: int = 1,
) -> Single:
    """What P CPPNs answer for all pairs of the points of two sheets, (S, D) and (T, D): an array (P, O, T, S) in float32.

    by_source: as (P, O, S, T) instead, the same numbers.
    The inputs of a genome are the coordinates of the source, then those of the target, then, where asked for, target - source
    (delta) and the length of that (distance). Pairs are made a block at a time and never stored; otherwise as `query`.
    """
    from neatcore.cppn import kernels

    near, far = _coordinates(source, "source"), _coordinates(target, "target")
    dimensions = near.shape[1]
    require(far.shape[1] == dimensions, f"the source sheet has {dimensions} dimensions, the target sheet {far.shape[1]}")
    nets, weights = _packed(genomes, (3 if delta else 2) * dimensions + distance)
    if by_source:
        near, far = far, near
        nets, weights = _exchanged(nets, weights, dimensions, delta)
    answers = _room(len(genomes), nets.output_slots.shape[1], len(far) * len(near))
    sheets = kernels.Sheets(np.ascontiguousarray(near.T), np.ascontiguousarray(far.T), delta, distance)
    own, level = kernels.own_rows(single=True), _level(bias)
    _share(lambda *part: kernels.query_pairs(nets, weights, own, level, sheets, answers, *part), answers, kernels.LANES, threads)
    return answers.reshape(*answers.shape[:2], len(far), len(near))


def _coordinates(points: ArrayLike, name: str) -> Single:
    """Points as a table of float32; InputError unless they are one, of finite numbers."""
    with np.errstate(over="ignore", invalid="ignore"):
        table = np.ascontiguousarray(points, np.float32)
        total = table.sum()  # one pass, and nothing stored; only where it overflows is each looked at
    require(table.ndim == 2, f"{name} must be a table with a row a point, not an array of shape {table.shape}")
    require(np.isfinite(total) or np.isfinite(table).all(), f"{name} has a coordinate that is not finite")
    return table


def _level(bias: float) -> np.float32:
    """The value of the bias node; InputError unless it is a finite number."""
    require(abs(bias) <= float(np.finfo(np.float32).max), f"bias must be a finite number of float32, not {bias}")
    return np.float32(bias)


def _packed(genomes: Sequence[Genome], inputs: int) -> tuple[Nets, Single]:
    """Genomes packed, and their weights in float32, which end where values do."""
    from neatcore.cppn.kernels import CAP

    population = Genomes.of(genomes)
    require(len(population) > 0, "there are no genomes to query")
    nets = pack(population, GraphSpace(inputs, population[0].outputs))
    return nets, np.clip(nets.weights, -CAP, CAP).astype(np.float32)


def _exchanged(nets: Nets, weights: Single, dimensions: int, delta: bool) -> tuple[Nets, Single]:
    """Networks that answer for (target, source) what these answer for (source, target)."""
    places = np.arange(nets.inputs + 1 + int(np.diff(nets.node_starts).max(initial=0)))
    places[: 2 * dimensions] = np.roll(places[: 2 * dimensions], dimensions)
    backwards = (nets.sources >= 2 * dimensions) & (nets.sources < 3 * dimensions) & delta
    exchanged = nets._replace(sources=places[nets.sources], output_slots=places[nets.output_slots])
    return exchanged, np.where(backwards, -weights, weights)


def _room(*shape: int) -> Single:
    """An array to be filled; InputError where it is larger than the machine's memory."""
    wanted = 4 * int(np.prod([float(size) for size in shape]))
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if wanted > there:
        raise InputError(
            f"the answers, {' × '.join(map(str, shape))} numbers, need {wanted / 1e9:,.1f} GB; there are {there / 1e9:,.1f}"
        )
    return np.empty(shape, np.float32)


def _share(work: Callable[[int, int], None], answers: Single, lanes: int, threads: int) -> None:
    """Call work(first, last) over ranges that cover the blocks of all answers (P, O, Q), on so many threads."""
    require(threads >= 1, f"threads must be at least 1, not {threads}")
    blocks = answers.shape[0] * -(-answers.shape[2] // lanes)
    if threads == 1:
        work(0, blocks)
        return
    cuts = np.linspace(0, blocks, 1 + min(blocks, CHUNKS * threads), dtype=np.int64).tolist()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, cuts[:-1], cuts[1:]))
