"""Pictures of CPPNs (Stanley 2007): a network asked at every pixel, in strips, so that memory is that of the picture alone.

A CPPN for pictures has the inputs x, y and, if it has three, d; it has one output, painted in grey, or three, in colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neatcore.activations import code_of
from neatcore.canvas import COLOUR, INPUTS, Canvas, Image, pixels
from neatcore.errors import InputError, require
from neatcore.genome import BIAS, HIDDEN, INPUT, LINK, NODE, OUTPUT, Genome, check_genome, has_cycle
from neatcore.interfaces import Floats

X, Y, D, ONE = range(4)  # the nodes that a network written by `cppn` begins with
STRIP = 1 << 16  # pixels computed at a time: a few MiB for any genome, whatever the size of the picture

Node = tuple[str, Mapping[int, float]]  # an activation, and the weight of the link from each source


def cppn(*outputs: Node, hidden: Sequence[Node] = ()) -> Genome:
    """A network written by hand: x, y, d and the bias are nodes 0 to 3, the outputs follow, then the hidden nodes.

    cppn(("signed_sigmoid", {5: 3.0, Y: 2.0}), hidden=[("gaussian", {X: 2.0})])     # symmetric, f(gauss(x), y)
    """
    kinds = [INPUT] * len(INPUTS) + [BIAS] + [OUTPUT] * len(outputs) + [HIDDEN] * len(hidden)
    written: list[Node] = [("linear", {})] * (ONE + 1) + [*outputs, *hidden]
    nodes = [(number, kind, code_of(activation)) for number, (kind, (activation, _)) in enumerate(zip(kinds, written))]
    links = [(source, number, weight) for number, (_, sources) in enumerate(written) for source, weight in sources.items()]
    result = Genome(np.array(nodes, NODE), np.array([(place, *link, True) for place, link in enumerate(links)], LINK))
    check_genome(result, recurrent=False)
    return result


def paint(genome: Genome, canvas: Canvas, *, grey: bool = False) -> Image:
    """The picture of a genome, (H, W) in grey or (H, W, 3) in colour; `grey` paints the brightness of a coloured one alone."""
    picture: Image = paint_all([genome], canvas, grey=grey)[0]
    return picture


def paint_all(genomes: Sequence[Genome], canvas: Canvas, *, grey: bool = False) -> Image:
    """The pictures of P genomes that have the same inputs and outputs, (P, H, W) or (P, H, W, 3)."""
    require(len(genomes) > 0, "there are no genomes to paint")
    for place, genome in enumerate(genomes):
        _check(genome, f"genome {place}" if len(genomes) > 1 else "the genome")
        same = (genome.inputs, genome.outputs) == (genomes[0].inputs, genomes[0].outputs)
        require(same, f"genome {place} has other inputs or outputs than genome 0; paint them one by one")
    grey = grey or genomes[0].outputs == 1
    canvas.check_memory(1 if grey else 3, len(genomes))
    picture = np.empty((len(genomes), canvas.size, *(() if grey else (3,))), np.uint8)
    for strip, outputs in _strips(genomes, canvas):
        picture[:, strip] = pixels(outputs[..., -1:] if grey else outputs)
    return picture.reshape(len(genomes), canvas.height, canvas.width, *picture.shape[2:])


def values(genome: Genome, canvas: Canvas) -> dict[int, NDArray[np.float32]]:
    """What every node holds at every pixel (H, W), by node id: inputs and the bias too."""
    _check_inputs(genome, "the genome")
    canvas.check_memory(np.dtype(np.float32).itemsize, len(genome.nodes))
    ids, kinds = genome.nodes["id"], genome.nodes["kind"]
    maps = np.empty((len(ids), canvas.size), np.float32)
    maps[kinds == INPUT] = canvas.points().T[: genome.inputs]
    maps[kinds == BIAS] = 1.0
    for strip, outputs in _strips([exposed(genome)], canvas):
        maps[kinds > BIAS, strip] = outputs[0].T
    return dict(zip(ids.tolist(), maps.reshape(len(ids), canvas.height, canvas.width)))


def exposed(genome: Genome) -> Genome:
    """The same network with every hidden node an output."""
    nodes = genome.nodes.copy()
    nodes["kind"][nodes["kind"] == HIDDEN] = OUTPUT
    return Genome(nodes, genome.links)


def sweep(genome: Genome, link: int, weights: Floats) -> list[Genome]:
    """The genome with each of `weights` in turn in the link of innovation number `link`, which is enabled."""
    found = np.flatnonzero(genome.links["innovation"] == link)
    if not len(found):
        numbers = genome.links["innovation"].tolist()
        listed = ", ".join(map(str, numbers[:12])) + (", …" if len(numbers) > 12 else "")
        raise InputError(f"the genome has no link {link}; it has: {listed or 'none'}")
    result = []
    for weight in weights:
        links = genome.links.copy()
        links["weight"][found], links["enabled"][found] = weight, True
        result.append(replace(genome, links=links))
    return result


def _strips(genomes: Sequence[Genome], canvas: Canvas) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """The outputs (P, n, O) of networks at n pixels at a time, and which pixels those are, counted row by row."""
    from neatcore.cppn import query

    length = max(1, STRIP // len(genomes))
    for first in range(0, canvas.size, length):
        strip = slice(first, min(first + length, canvas.size))
        outputs = query(genomes, canvas.points(strip.start, strip.stop)[:, : genomes[0].inputs])
        yield strip, np.moveaxis(outputs, 1, -1)


def _check_inputs(genome: Genome, name: str) -> None:
    """InputError unless the inputs of a genome are coordinates, and its links lead forwards."""
    require(
        2 <= genome.inputs <= len(INPUTS),
        f"{name} has {genome.inputs} inputs; one that paints has 2 (x, y) or 3 ({', '.join(INPUTS)})",
    )
    cyclic = has_cycle(replace(genome, links=genome.links[genome.links["enabled"]]))
    require(not cyclic, f"{name} has links that close a cycle; only feed-forward networks paint")


def _check(genome: Genome, name: str) -> None:
    _check_inputs(genome, name)
    fits = genome.outputs in (1, len(COLOUR))
    require(fits, f"{name} has {genome.outputs} outputs; one that paints has 1 (grey) or 3 ({', '.join(COLOUR)})")
