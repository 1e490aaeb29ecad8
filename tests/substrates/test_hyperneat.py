"""HyperNEAT: weights against one CPPN call a link in double precision, and its laws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng
from pydantic import ValidationError

from neatcore.checks import check_encoding, sample_genomes
from neatcore.errors import InputError
from neatcore.genome import Genome, Genomes, check_genome
from neatcore.interfaces import Floats
from neatcore.neat import Neat, NeatConfig
from substrates import hyperneat as module
from substrates import questions
from substrates.config import LAYOUTS
from substrates.expression import Single
from substrates.geometry import grid, ring
from substrates.hyperneat import HyperNeat, HyperNeatConfig, hyperneat
from substrates.networks import Synapses
from tests.substrates import oracles


def made(inputs: int = 5, outputs: int = 3, places: tuple[Floats, Floats] | None = None, **options: Any) -> HyperNeat:
    return hyperneat(HyperNeatConfig.model_validate(options), inputs, outputs, places)[0]


def oracle(encoding: HyperNeat, genome: Genome) -> tuple[list[Floats], list[Floats]]:
    """The weights of every projection (S, T) and the biases of every sheet, a CPPN call each; NaN where rounding decides."""
    config, substrate = encoding.config, encoding.substrate
    options: dict[str, Any] = {"delta": config.delta, "distance": config.distance, "bias": config.bias}
    gated, pairs = config.rule == "leo", len(substrate.projections)
    each = config.sheet_outputs == "each"
    groups = pairs if each else 1

    def rule(answer: float, gate: float | None) -> float:
        if not gated:
            return oracles.threshold(answer, config.threshold, config.reach)
        if gate is not None and abs(gate) < 1e-4:
            return float("nan")
        return config.reach * min(max(answer, -1), 1) * (gate is None or gate > 0)

    weights = []
    for place, pair in enumerate(substrate.projections):
        near, far = (substrate.sheets[end].points.tolist() for end in (pair.source, pair.target))
        group = place if each else 0
        table = [[oracles.answers(genome, s, t, **options) for t in far] for s in near]
        weights.append(np.array([[rule(a[group], a[groups + group] if gated else None) for a in line] for line in table]))
    biases, first = [], groups * (2 if gated else 1)
    for sheet in substrate.sheets:
        asked = [oracles.answers(genome, [0.0] * substrate.dimensions, t, **options) for t in sheet.points.tolist()]
        biases.append(np.array([rule(a[first], None) for a in asked] if config.biases and sheet.role != "input" else []))
        first += each and sheet.role != "input"
    return weights, biases


VARIANTS: list[dict[str, Any]] = [
    {},
    {"delta": True},
    {"distance": True, "biases": True},
    {"rule": "leo", "delta": True, "distance": True},
    {"rule": "leo", "biases": True, "locality": "x", "bias": 0.3},
    {"sheet_outputs": "each", "biases": True, "hidden": [4], "substrate": "sandwich"},
    {"sheet_outputs": "each", "rule": "leo", "biases": True, "hidden": [2, 2]},
    {"threshold": 0.0, "reach": 1.5, "bias": 0.0, "hidden": [3], "wiring": "recurrent"},
    {"substrate": "grid", "dimensions": 1, "hidden": [2]},
    {"substrate": "grid", "dimensions": 3, "hidden": [4], "wiring": "skip", "distance": True},
    {"substrate": "hypercube", "hidden": [3]},
]


@pytest.mark.parametrize("options", VARIANTS, ids=str)
def test_weights_are_what_a_cppn_says_of_each_link(options: dict[str, Any]) -> None:
    """float32 against float64, to 1e-4 of weights up to 3."""
    encoding = made(4, 3, **options)
    genomes = sample_genomes(encoding.space)
    synapses = encoding.decode(genomes)
    compared = 0
    for net, genome in enumerate(genomes):
        weights, biases = oracle(encoding, genome)
        for found, wanted in zip(synapses.weights, weights, strict=True):
            sure = ~np.isnan(wanted)
            compared += int(np.count_nonzero(wanted[sure]))
            np.testing.assert_allclose(found[net][sure], wanted[sure], atol=1e-4)
        for found, wanted in zip(synapses.biases, biases if synapses.biases else [], strict=True):
            np.testing.assert_allclose(found[net], wanted, atol=1e-4)
    assert compared > 10


@pytest.mark.parametrize("wiring", ["layers", "skip", "recurrent", "full"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_and_wiring_keeps_the_laws_of_encodings(layout: str, wiring: str) -> None:
    hidden = [4] if layout == "hypercube" else [4, 3]  # two hidden sheets: the links between them count, too
    config = HyperNeatConfig.model_validate({"substrate": layout, "wiring": wiring, "hidden": hidden, "biases": True})
    encoding, model = hyperneat(config, 5, 3)
    check_encoding(encoding, model)
    assert all(np.abs(weights).max() > 0 for weights in encoding.decode(sample_genomes(encoding.space)).weights)


def test_names_of_inputs_and_outputs() -> None:
    assert made().names == (["x1", "y1", "x2", "y2"], ["weight"])
    inputs, outputs = made(delta=True, distance=True, rule="leo", biases=True).names
    assert inputs == ["x1", "y1", "x2", "y2", "Δx", "Δy", "distance"]
    assert outputs == ["weight", "express", "bias"]
    deep = made(hidden=[3], sheet_outputs="each", rule="leo", biases=True)
    pairs, sheets = ("input → hidden", "hidden → output"), ("hidden", "output")
    assert deep.names[1] == [f"{what} {pair}" for what in ("weight", "express") for pair in pairs] + [f"bias {s}" for s in sheets]
    assert made(substrate="grid", dimensions=3, hidden=[3]).names[0] == ["x1", "y1", "z1", "w1", "x2", "y2", "z2", "w2"]


def test_the_space_is_that_of_cppns() -> None:
    space = made().space
    assert (space.inputs, space.outputs, space.bias, space.recurrent) == (4, 1, True, False)
    assert (space.output, space.hidden) == ("signed_sigmoid", ("signed_sigmoid", "sine", "gaussian", "ramp"))
    assert not made(bias=0).space.bias
    assert made(11 * 11, 11 * 11, substrate="sandwich").space == made(9, 4, substrate="sandwich").space


@pytest.mark.parametrize("options", [{}, {"rule": "leo", "delta": True}])
def test_weights_do_not_depend_on_the_resolution(options: dict[str, Any]) -> None:
    """The same genome on a finer grid: links between points that both grids have are the same links."""
    small, large = (made(n * n, n * n, substrate="sandwich", **options) for n in (5, 9))
    genomes = sample_genomes(small.space)
    assert small.space == large.space
    coarse = small.decode(genomes).weights[0].reshape(-1, 5, 5, 5, 5)
    fine = large.decode(genomes).weights[0].reshape(-1, 9, 9, 9, 9)
    assert np.array_equal(coarse, fine[:, ::2, ::2, ::2, ::2])


def test_threads_and_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    encoding = made(30, 20, hidden=[9], rule="leo", biases=True)
    genomes = sample_genomes(encoding.space)
    wanted = encoding.decode(genomes)
    monkeypatch.setattr(questions, "MANY", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    monkeypatch.setattr(module, "BATCH", 1)
    found = encoding.decode(genomes)
    assert all(np.array_equal(a, b) for a, b in zip(found.weights + found.biases, wanted.weights + wanted.biases, strict=True))


@pytest.mark.parametrize("bias", [1.0, 0.3])
@pytest.mark.parametrize(("axis", "radius"), [("x", 0.5), ("x", 1.3), ("y", 0.7)])
def test_a_locality_seed_expresses_the_links_shorter_than_its_radius_along_one_axis(axis: str, radius: float, bias: float) -> None:
    encoding = made(49, 36, substrate="sandwich", rule="leo", locality=axis, radius=radius, bias=bias)
    genomes = Neat(NeatConfig(population=5), encoding.space, default_rng(0)).ask()
    for genome in genomes:
        check_genome(genome, recurrent=False)
    weights = encoding.decode(genomes).weights[0]
    ends = [sheet.points[:, "xy".index(axis)] for sheet in encoding.substrate.sheets]
    near = np.abs(ends[1][None] - ends[0][:, None]) < radius
    assert 0 < near.sum() < near.size
    assert np.array_equal(weights != 0, np.broadcast_to(near, weights.shape))
    assert len(np.unique(weights[0])) > 10  # their strengths are drawn


def test_a_seed_of_two_axes_is_near_on_both() -> None:
    encoding = made(49, 49, substrate="sandwich", rule="leo", locality="xy", radius=0.5)
    weights = encoding.decode(Neat(NeatConfig(population=2), encoding.space, default_rng(0)).ask()).weights[0][0]
    step = encoding.substrate.sheets[1].points[None] - encoding.substrate.sheets[0].points[:, None]
    wanted = np.exp(-(step**2)).sum(axis=2) > 1 + np.exp(-0.25)
    assert np.array_equal(weights != 0, wanted)
    assert wanted[np.abs(step).max(axis=2) == 0].all()
    assert not wanted[np.abs(step).max(axis=2) >= 0.5].any()


def test_a_seed_gates_every_pair_of_sheets() -> None:
    encoding = made(9, 9, substrate="sandwich", hidden=[9], rule="leo", locality="x", sheet_outputs="each")
    synapses = encoding.decode(Neat(NeatConfig(population=3), encoding.space, default_rng(0)).ask())
    for weights in synapses.weights:
        step = grid(3, 3)[None, :, 0] - grid(3, 3)[:, None, 0]
        assert np.array_equal(weights != 0, np.broadcast_to(np.abs(step) < 0.5, weights.shape))


@pytest.mark.parametrize(("axes", "radius"), [("x", 0.4), ("xy", 0.6)])
def test_where_every_link_has_a_weight_a_seed_is_a_bump(axes: str, radius: float) -> None:
    encoding = made(
        9, 16, substrate="sandwich", hidden=[9], rule="all", locality=axes, radius=radius, middle=True, sheet_outputs="each"
    )
    genomes = Neat(NeatConfig(population=3), encoding.space, default_rng(0)).ask()
    check_genome(genomes[0], recurrent=False)
    substrate, synapses = encoding.substrate, encoding.decode(genomes)
    for pair, weights in zip(substrate.projections, synapses.weights):
        near, far = (substrate.sheets[place].points[:, : len(axes)] for place in (pair.source, pair.target))
        bumps = np.exp(-np.square((far[None] - near[:, None]) / radius)).sum(axis=2) - (len(axes) - 1)
        wanted = encoding.config.reach * np.maximum(bumps, 0.0)
        assert np.allclose(weights, np.broadcast_to(wanted, weights.shape), atol=1e-5)
        assert weights.max() > 0.5


@dataclass(frozen=True)
class Sign:
    """Links of weight 1 and -1."""

    gated: bool = False

    def weights(self, answers: Single, gates: Single | None, /) -> Single:
        return np.sign(answers)


def test_an_expression_of_one_s_own() -> None:
    encoding, model = hyperneat(HyperNeatConfig(biases=True), 5, 3)
    own = replace(encoding, expression=Sign())
    check_encoding(own, model)
    found = own.decode(sample_genomes(own.space))
    assert all(set(np.unique(part).tolist()) <= {-1.0, 0.0, 1.0} for part in (*found.weights, *found.biases))


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"), [(3, 1, "3 inputs; .* has 4: x1, y1, x2, y2"), (4, 3, "3 outputs; .* 1: w")]
)
def test_a_genome_that_is_no_cppn_of_the_substrate_is_named(inputs: int, outputs: int, message: str) -> None:
    encoding = made()
    wrong = sample_genomes(replace(encoding.space, inputs=inputs, outputs=outputs))
    mixed = Genomes.of([*sample_genomes(encoding.space)[:2], wrong[0]])
    with pytest.raises(InputError, match=f"genome 2 has {message}"):
        encoding.decode(mixed)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"locality": "x"}, "locality needs rule=leo, .* or rule=all"),
        ({"locality": "z", "rule": "leo"}, "the substrate has no axis z, only x, y"),
        ({"locality": "x", "rule": "leo", "bias": 0}, "needs the CPPN's bias node"),
    ],
)
def test_localities_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        made(**options)


@pytest.mark.parametrize("options", [{"locality": "q"}, {"locality": "xx"}, {"threshold": 1.0}, {"reach": 0}, {"rule": "leos"}])
def test_bad_configurations_name_the_culprit(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(options))):
        HyperNeatConfig.model_validate(options)


def test_a_substrate_beyond_the_memory_is_refused_before_anything_is_asked() -> None:
    side = grid(1111, 1111)
    with pytest.raises(InputError, match=r"1,523,548,331,041 possible links would take 6,094\.2 GB of memory; [\d,.]+ are free"):
        made(len(side), len(side), (side, side))
    with pytest.raises(InputError, match="there are no genomes"):
        made().decode([])


def test_places_make_the_geometry() -> None:
    """One CPPN weight for links of one direction: where sensors and effectors stand on rings, what counts is where they stand."""
    encoding = made(8, 8, (ring(8, 0.5), ring(8)), distance=True)
    weights = encoding.decode(sample_genomes(encoding.space)).weights[0]
    assert isinstance(encoding.decode(sample_genomes(encoding.space)), Synapses)
    assert weights.shape[1:] == (8, 8)
    assert np.array_equal(encoding.substrate.sheets[0].points, ring(8, 0.5))


@pytest.mark.parametrize(("radius", "linked"), [(0.5, False), (1.5, True)])
def test_a_seed_may_be_near_in_depth(radius: float, linked: bool) -> None:
    """Sheets of three dimensions lie one behind the other along the fourth axis, w, a length of 1 apart."""
    encoding = made(8, 8, substrate="grid", dimensions=3, hidden=[8], rule="leo", locality="w", radius=radius)
    depths = [float(sheet.points[0, 3]) for sheet in encoding.substrate.sheets]
    assert np.allclose(np.diff(depths), 1)
    weights = encoding.decode(Neat(NeatConfig(population=2), encoding.space, default_rng(0)).ask()).weights
    assert all(np.all((each != 0) == linked) for each in weights)
