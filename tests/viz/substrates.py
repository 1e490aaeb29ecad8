"""Substrates with weights made by hand, and CPPNs that paint them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from neatcore.activations import code_of
from neatcore.cppn import query_sheets
from neatcore.genome import BIAS, HIDDEN, INPUT, LINK, NODE, OUTPUT, Genome, check_genome
from neatcore.interfaces import Array, Floats
from substrates.geometry import Projection, Sheet, Substrate, grid, ring, row
from substrates.hyperneat import HyperNeat, HyperNeatConfig, hyperneat
from substrates.layouts import arranged
from substrates.networks import Synapses
from viz.sampling import Question

Node = tuple[str, Mapping[str, float]]


def sheet(name: str, role: str, points: Floats) -> Sheet:
    return Sheet(name, role, points, arranged(points))


def joined(*points: Floats) -> Substrate:
    """Sheets one after the other, each linked to the next."""
    roles = ["input", *["hidden"] * (len(points) - 2), "output"]
    sheets = tuple(sheet(f"sheet {place}", role, each) for place, (role, each) in enumerate(zip(roles, points)))
    return Substrate(sheets, tuple(Projection(place, place + 1) for place in range(len(points) - 1)))


def wired(substrate: Substrate, seed: int = 0, share: float = 0.5) -> Synapses:
    """Random weights within ±3, about `share` of them links."""
    rng = np.random.default_rng(seed)
    weights = []
    for pair in substrate.projections:
        shape = (1, len(substrate.sheets[pair.source]), len(substrate.sheets[pair.target]))
        weights.append((rng.uniform(-3, 3, shape) * (rng.random(shape) < share)).astype(np.float32))
    return Synapses(substrate, tuple(weights))


SUBSTRATES: Mapping[str, Substrate] = {
    "sandwich": joined(grid(5, 4), grid(6, 3)),
    "rings": joined(ring(8, 0.5), ring(9)),
    "rows": joined(row(4, -1.0), row(5, 0.0), row(1, 1.0)),
    "planes": joined(*(np.column_stack([grid(3, 3), np.full(9, z)]) for z in (-1.0, 0.0, 1.0))),
    "lines": joined(grid(6), grid(3)),
    "cubes": joined(grid(3, 3, 3), grid(2, 2, 2)),
    "scattered": joined(np.array([[0.0, 0.0], [0.3, 0.4], [-0.9, 0.2]]), grid(2, 2)),
}


def painter(encoding: HyperNeat, outputs: Sequence[Node], hidden: Sequence[Node] = ()) -> Genome:
    """A CPPN written by the names of its inputs; "one" is the bias, "h0" the first hidden node."""
    ends = encoding.names
    places = {name: place for place, name in enumerate([*ends[0], "one"])}
    places |= {f"h{place}": len(ends[0]) + 1 + len(outputs) + place for place in range(len(hidden))}
    kinds = [INPUT] * len(ends[0]) + [BIAS] + [OUTPUT] * len(outputs) + [HIDDEN] * len(hidden)
    written: list[Node] = [("linear", {})] * (len(ends[0]) + 1) + [*outputs, *hidden]
    nodes = [(number, kind, code_of(activation)) for number, (kind, (activation, _)) in enumerate(zip(kinds, written))]
    links = [(places[name], number, weight) for number, (_, sources) in enumerate(written) for name, weight in sources.items()]
    genome = Genome(np.array(nodes, NODE), np.array([(place, *link, True) for place, link in enumerate(links)], LINK))
    check_genome(genome, recurrent=False)
    return genome


def local(rule: str = "threshold") -> tuple[HyperNeat, Genome]:
    """An 11 × 11 sandwich whose neurons are excited from near and inhibited from afar; with LEO they have no links from afar."""
    places = grid(11, 11)
    config = HyperNeatConfig.model_validate({"rule": rule})
    encoding, _ = hyperneat(config, len(places), len(places), (places, places))
    near = [("gaussian", {"x1": -3.0, "x2": 3.0}), ("gaussian", {"y1": -3.0, "y2": 3.0})]
    outputs: list[Node] = [("signed_sigmoid", {"h0": 1.3, "h1": 1.3, "one": -1.3})]
    if rule == "leo":
        outputs.append(("signed_sigmoid", {"h0": 1.0, "h1": 1.0, "one": -1.2}))
    return encoding, painter(encoding, outputs, near)


def question(encoding: HyperNeat, genome: Genome) -> Question:
    gated = encoding.expression.gated

    def ask(source: Floats, target: Floats) -> Array:
        answers: Array = query_sheets([genome], source, target)[0]
        return answers

    return Question(ask, encoding.names[1], [(0, 1 if gated else -1)], 0.0 if gated else encoding.config.threshold)
