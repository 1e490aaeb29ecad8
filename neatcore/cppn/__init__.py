"""CPPNs: populations of networks asked about points in space, in float32, a block of points at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neatcore.errors import InputError, require
from neatcore.genome import Genome, Genomes
from neatcore.interfaces import GraphSpace
from neatcore.memory import available
from neatcore.nets import pack
from neatcore.nets.columns import Nets

if TYPE_CHECKING:
    from neatcore.cppn.kernels import Cppns

Single = NDArray[np.float32]

CHUNKS = 8  # of work a thread: genomes differ in cost


def query(
    genomes: Sequence[Genome], points: ArrayLike, *, outputs: Sequence[int] | None = None, bias: float = 1.0, threads: int = 1
) -> Single:
    """What P CPPNs answer at Q points (Q, I): an array (P, O, Q) in float32.

    The inputs of a genome, in the order of their ids, are the coordinates of a point; its bias node has the value `bias`.
    outputs: which to answer, counted from 0 in the order of their ids; nodes that only others hear are not computed. Memory
    beside the answers does not grow with Q. The bits do not depend on the number of threads. InputError where a genome does
    not fit the points.
    """
    table = _coordinates(points, "points")
    return prepare(genomes, table.shape[1])._query(table, outputs, bias, threads)


def query_sheets(
    genomes: Sequence[Genome],
    source: ArrayLike,
    target: ArrayLike,
    *,
    delta: bool = False,
    distance: bool = False,
    outputs: Sequence[int] | None = None,
    bias: float = 1.0,
    threads: int = 1,
) -> Single:
    """What P CPPNs answer for all pairs of the points of two sheets, (S, D) and (T, D): an array (P, O, T, S) in float32.

    The inputs of a genome are the coordinates of the source, then those of the target, then, where asked for, target - source
    (delta) and the length of that (distance). Pairs are made a block at a time and never stored; otherwise as `query`.
    """
    near = _coordinates(source, "source")
    packed = prepare(genomes, _pair_inputs(near, delta, distance))
    return packed.query_sheets(near, target, delta=delta, distance=distance, outputs=outputs, bias=bias, threads=threads)


@dataclass(frozen=True, eq=False)
class Packed:
    """CPPNs made ready by `prepare`, to be asked many times."""

    nets: Nets
    weights: Single

    def query(self, points: ArrayLike, *, outputs: Sequence[int] | None = None, bias: float = 1.0, threads: int = 1) -> Single:
        """As the function `query`."""
        return self._query(_coordinates(points, "points"), outputs, bias, threads)

    def query_sheets(
        self,
        source: ArrayLike,
        target: ArrayLike,
        *,
        delta: bool = False,
        distance: bool = False,
        outputs: Sequence[int] | None = None,
        bias: float = 1.0,
        threads: int = 1,
    ) -> Single:
        """As the function `query_sheets`."""
        from neatcore.cppn import kernels

        near, far = _coordinates(source, "source"), _coordinates(target, "target")
        (sources, dimensions), targets = near.shape, len(far)
        require(far.shape[1] == dimensions, f"the source sheet has {dimensions} dimensions, the target sheet {far.shape[1]}")
        self._check_inputs(_pair_inputs(near, delta, distance))
        cppns = self.chosen(outputs, bias)
        answers = _room(*cppns.nets.output_slots.shape, targets, sources)
        rows = answers if sources > kernels.LANES // 2 else answers.reshape(*answers.shape[:2], 1, targets * sources)
        sheets = kernels.Sheets(np.ascontiguousarray(near.T), np.ascontiguousarray(far.T), delta, distance)
        _share(lambda *part: kernels.query_pairs(cppns, sheets, rows, *part), rows, kernels.LANES, threads)
        return answers

    def _query(self, table: Single, outputs: Sequence[int] | None, bias: float, threads: int) -> Single:
        from neatcore.cppn import kernels

        self._check_inputs(table.shape[1])
        cppns = self.chosen(outputs, bias)
        answers = _room(*cppns.nets.output_slots.shape, 1, len(table))
        _share(lambda *part: kernels.query_points(cppns, table, answers, *part), answers, kernels.LANES, threads)
        return answers[:, :, 0]

    def _check_inputs(self, wanted: int) -> None:
        """InputError unless points have as many coordinates as the CPPNs have inputs."""
        require(self.nets.inputs == wanted, f"the CPPNs have {self.nets.inputs} inputs, not {wanted}")

    @property
    def size(self) -> int:
        """P."""
        return len(self.nets.output_slots)

    def chosen(self, outputs: Sequence[int] | None, bias: float) -> Cppns:
        """What kernels need to answer some of the outputs; InputError for an output that is not there, or no finite bias."""
        from neatcore.cppn import kernels

        require(abs(bias) <= float(np.finfo(np.float32).max), f"bias must be a finite number of float32, not {bias}")
        count, slots = self.nets.output_slots.shape[1], self.nets.output_slots
        for output in outputs or ():
            require(0 <= output < count, f"there is no output {output}: the CPPNs have {count}, counted from 0")
        nets = self.nets._replace(output_slots=slots if outputs is None else slots[:, np.array(outputs, np.int64)])
        return kernels.Cppns(nets, self.weights, kernels.needed_nodes(nets), kernels.own_rows(single=True), np.float32(bias))


def prepare(genomes: Sequence[Genome], inputs: int) -> Packed:
    """P CPPNs of so many inputs, packed once to be asked many times; InputError where a genome does not fit.

    A node's sum is made from the bias, then the last input … the first, then nodes in the order in which they are computed:
    links from what is the same for many points come first.
    """
    from neatcore.cppn.kernels import CAP

    population = Genomes.of(genomes)
    require(len(population) > 0, "there are no genomes to query")
    nets = pack(population, GraphSpace(inputs, population[0].outputs))
    nodes = np.repeat(np.arange(len(nets.activations)), np.diff(nets.link_starts))
    order = np.lexsort((np.where(nets.sources > inputs, nets.sources, inputs - nets.sources), nodes))
    nets = nets._replace(sources=nets.sources[order], weights=nets.weights[order])
    return Packed(nets, np.clip(nets.weights, -CAP, CAP).astype(np.float32))


def _pair_inputs(near: Single, delta: bool, distance: bool) -> int:
    """How many inputs the pairs of two such sheets have."""
    return (3 if delta else 2) * int(near.shape[1]) + distance


def _coordinates(points: ArrayLike, name: str) -> Single:
    """Points as a table of float32; InputError unless they are one, of finite numbers."""
    with np.errstate(over="ignore", invalid="ignore"):
        table = np.ascontiguousarray(points, np.float32)
        total = table.sum()  # one pass, and nothing stored; only where it overflows is each looked at
    require(table.ndim == 2, f"{name} must be a table with a row a point, not an array of shape {table.shape}")
    require(np.isfinite(total) or np.isfinite(table).all(), f"{name} has a coordinate that is not finite")
    return table


def _room(*shape: int) -> Single:
    """An array to be filled; InputError where it is larger than the memory that there is."""
    wanted = 4 * int(np.prod([float(size) for size in shape]))
    there = available()
    if wanted > there:
        raise InputError(
            f"the answers, {' × '.join(map(str, shape))} numbers, need {wanted / 1e9:,.1f} GB; there are {there / 1e9:,.1f}"
        )
    return np.empty(shape, np.float32)


def _share(work: Callable[[int, int], None], answers: Single, lanes: int, threads: int) -> None:
    """Call work(first, last) over ranges that cover the blocks of all answers (P, O, R, C), on so many threads."""
    require(threads >= 1, f"threads must be at least 1, not {threads}")
    population, _, rows, count = answers.shape
    blocks = population * rows * -(-count // lanes)
    if threads == 1:
        work(0, blocks)
        return
    cuts = np.linspace(0, blocks, 1 + min(blocks, CHUNKS * threads), dtype=np.int64).tolist()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, cuts[:-1], cuts[1:]))
