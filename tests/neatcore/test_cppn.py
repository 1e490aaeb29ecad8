"""CPPNs in float32 against float64 oracles; the same bits for any number of threads and on older instruction sets."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit
from numpy.random import default_rng

from neatcore.activations import NAMES
from neatcore.compiled import wide
from neatcore.cppn import Single, kernels, prepare, query, query_sheets
from neatcore.errors import InputError
from neatcore.genome import HIDDEN, LINK, NODE, Genome, Genomes, node_table
from neatcore.interfaces import GraphSpace
from tests.neatcore import cppn_digest, oracles
from tests.neatcore.growing import grown

EPS = 2.0**-23
ERRORS = dict.fromkeys(NAMES, 0.5) | {  # in eps of 1, or of the value where that is larger
    **dict.fromkeys(("sigmoid", "logistic", "tanh", "signed_sigmoid", "steep_signed_sigmoid", "gaussian", "signed_gaussian"), 1.0),
    **dict.fromkeys(("sine", "cosine"), 1.25),
}


def cppn(inputs: int, outputs: int, seed: int) -> Genome:
    """A CPPN with one hidden node of every activation, each linked to six nodes before it; outputs are signed sigmoids."""
    rng, sensors = default_rng(seed), node_table(GraphSpace(inputs, outputs), "signed_sigmoid")
    hidden = np.array([(len(sensors) + n, HIDDEN, code) for n, code in enumerate(rng.permutation(len(NAMES)))], NODE)
    order = [*range(inputs + 1), *hidden["id"].tolist(), *range(inputs + 1, len(sensors))]
    pairs = [
        (order[i], order[j])
        for j in range(inputs + 1, len(order))
        for i in rng.choice(min(j, len(order) - outputs), min(j, 6), replace=False)
    ]
    links = [(k, *pair, weight, True) for k, (pair, weight) in enumerate(zip(pairs, rng.uniform(-2, 2, len(pairs))))]
    return Genome(np.concatenate([sensors, hidden]), np.array(links, LINK))


def activated(name: str, values: Single) -> Single:
    row = values[None].copy()
    kernels.activate(NAMES.index(name), row, 0, len(values))
    return row[0]


@pytest.mark.parametrize("name", NAMES)
def test_activations_are_within_their_errors_of_the_maths_library(name: str) -> None:
    whole = np.linspace(-65_536, 65_536, 40_001) if name in ("sine", "cosine") else np.linspace(-999, 999, 40_001)
    points = np.concatenate([np.linspace(-10, 10, 40_001), whole, [-1e-9, 1e-9, 0]]).astype(np.float32)
    wanted = np.array([oracles.ACTIVATIONS[name](float(x)) for x in points])
    errors = np.abs(activated(name, points) - wanted) / np.maximum(np.abs(wanted), 1)
    assert errors.max() <= ERRORS[name] * EPS


def test_decay_is_within_one_unit_of_its_value() -> None:
    points = np.linspace(0, 100, 40_001).astype(np.float32)
    errors = [abs(float(kernels.decay(x)) - math.exp(-x)) for x in points]
    assert max(errors) <= EPS


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_of_everything_is_a_number(name: str) -> None:
    wild = np.array([math.inf, -math.inf, math.nan, 3e38, -3e38, 1e-45, -0.0], np.float32)
    found = activated(name, wild)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= kernels.CAP


@pytest.mark.parametrize("name", ["tanh", "sine", "ramp", "signed_sigmoid", "steep_signed_sigmoid"])
def test_odd_activations_are_odd_to_the_bit(name: str) -> None:
    points = np.linspace(0, 20, 4_001).astype(np.float32)
    assert np.array_equal(activated(name, -points), -activated(name, points))


@pytest.mark.parametrize("seed", range(3))
def test_queries_agree_with_recursion(seed: int) -> None:
    genomes = grown(seed, recurrent=False)
    points = default_rng(seed).uniform(-1, 1, (7, 3)).astype(np.float32)
    wanted = [[oracles.compute(genome, point) for point in points.astype(float)] for genome in genomes]
    np.testing.assert_allclose(query(genomes, points), np.swapaxes(wanted, 1, 2), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("links", range(10))
def test_sums_of_any_number_of_links_are_weighted_sums(links: int) -> None:
    nodes = node_table(GraphSpace(9, 1, bias=False), "linear")
    genome = Genome(nodes, np.array([(i, i, 9, 0.5 + i, True) for i in range(links)], LINK))
    points = np.arange(18).reshape(2, 9)
    assert query([genome], points)[0, 0].tolist() == (points[:, :links] @ (0.5 + np.arange(links))).tolist()


@pytest.mark.parametrize("delta", [False, True])
@pytest.mark.parametrize("distance", [False, True])
@pytest.mark.parametrize(("dimensions", "sources", "targets"), [(1, 3, 700), (2, 600, 4), (2, 1_700, 2), (3, 1, 2)])
def test_pairs_of_sheets_equal_the_same_pairs_written_out(
    dimensions: int, sources: int, targets: int, delta: bool, distance: bool
) -> None:
    rng = default_rng(dimensions)
    source = rng.uniform(-1, 1, (sources, dimensions)).astype(np.float32)
    target = rng.uniform(-1, 1, (targets, dimensions)).astype(np.float32)
    near, far = np.tile(source, (targets, 1)), np.repeat(target, sources, 0)
    step = far - near
    length = np.sqrt((step * step).cumsum(1, dtype=np.float32)[:, -1:])
    points = np.hstack([near, far, *([step] if delta else []), *([length] if distance else [])])
    genomes = [cppn(points.shape[1], 2, seed) for seed in range(2)]
    found = query_sheets(genomes, source, target, delta=delta, distance=distance)
    assert found.shape == (2, 2, targets, sources)
    assert np.array_equal(found.reshape(2, 2, -1), query(genomes, points))


def test_the_bias_is_an_input_of_one_value() -> None:
    genome, sheet = cppn(4, 2, 0), default_rng(0).uniform(-1, 1, (30, 2))
    found = query_sheets([genome], sheet, sheet, bias=0.3)
    scaled = Genome(genome.nodes, genome.links.copy())
    scaled.links["weight"][scaled.links["source"] == 4] *= np.float32(0.3)
    np.testing.assert_allclose(found, query_sheets([scaled], sheet, sheet), atol=1e-4)
    points = np.hstack([np.tile(sheet, (30, 1)), np.repeat(sheet, 30, 0)])
    assert np.array_equal(found[0].reshape(2, -1), query([genome], points, bias=0.3)[0])
    assert np.abs(found - query_sheets([genome], sheet, sheet)).max() > 0.1


def test_what_is_packed_once_answers_as_often_as_asked() -> None:
    genomes, sheet = [cppn(4, 2, seed) for seed in range(2)], default_rng(0).uniform(-1, 1, (20, 2))
    packed = prepare(genomes, 4)
    for bias in (1.0, 0.3):
        assert np.array_equal(packed.query_sheets(sheet, -sheet, bias=bias), query_sheets(genomes, sheet, -sheet, bias=bias))
    points = np.hstack([sheet, sheet])
    assert np.array_equal(packed.query(points), query(genomes, points))
    with pytest.raises(InputError, match="the CPPNs have 4 inputs, not 5"):
        packed.query_sheets(sheet, sheet, distance=True)


def test_chosen_outputs_are_those_of_all() -> None:
    genomes, sheet = [cppn(4, 3, seed) for seed in range(2)], default_rng(0).uniform(-1, 1, (20, 2))
    whole, points = query_sheets(genomes, sheet, sheet), np.hstack([sheet, sheet])
    for outputs in ([0, 2], [2, 1], [1], [0, 0], []):
        assert np.array_equal(query_sheets(genomes, sheet, sheet, outputs=outputs), whole[:, outputs])
        assert np.array_equal(query(genomes, points, outputs=outputs), query(genomes, points)[:, outputs])
    for wrong in (3, -1):
        with pytest.raises(InputError, match=f"there is no output {wrong}: the CPPNs have 3, counted from 0"):
            query(genomes, points, outputs=[0, wrong])


def test_nodes_that_only_other_outputs_hear_are_not_computed() -> None:
    nodes = np.concatenate([node_table(GraphSpace(1, 2), "linear"), np.array([(4, HIDDEN, 0), (5, HIDDEN, 0)], NODE)])
    genome = Genome(nodes, np.array([(k, *ends, 1.0, True) for k, ends in enumerate([(0, 4), (4, 2), (0, 5), (5, 3)])], LINK))
    assert [prepare([genome], 1).chosen(outputs, 1.0).needed.sum() for outputs in (None, [0, 1], [0], [1], [])] == [4, 4, 2, 2, 0]


def test_loops_may_use_the_widest_vectors() -> None:
    def halve(row: Single) -> None:
        wide()
        for s in range(len(row)):
            row[s] *= np.float32(0.5)

    compiled = njit(halve)
    compiled(np.ones(4, np.float32))
    assert all('"prefer-vector-width"="512"' in text for text in compiled.inspect_llvm().values())


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_change_a_bit(threads: int) -> None:
    genomes = [cppn(4, 3, seed) for seed in range(3)]
    sheet = default_rng(0).uniform(-1, 1, (57, 2))
    assert np.array_equal(query_sheets(genomes, sheet, sheet), query_sheets(genomes, sheet, sheet, threads=threads))
    points = default_rng(1).uniform(-1, 1, (2_000, 4))
    assert np.array_equal(query(genomes, points), query(genomes, points, threads=threads))


def test_a_point_is_answered_alike_wherever_it_stands_and_whoever_is_asked_too() -> None:
    genomes = [cppn(2, 1, seed) for seed in range(4)]
    points = default_rng(0).uniform(-1, 1, (2 * kernels.LANES + 17, 2))
    whole = query(genomes, points)
    for q in (0, kernels.LANES - 1, kernels.LANES, len(points) - 1):
        assert np.array_equal(query(genomes[2:3], points[q : q + 1])[0, :, 0], whole[2, :, q])


def test_no_points_have_no_answers() -> None:
    assert query([cppn(2, 1, 0)], np.empty((0, 2)), threads=2).shape == (1, 1, 0)


def test_the_largest_weights_give_numbers() -> None:
    genome = cppn(2, 1, 0)
    genome.links["weight"] *= 1e300
    assert np.isfinite(query([genome], np.array([[3e38, 3e38], [1e30, -1e30], [1.0, 0.0]]))).all()


def test_what_does_not_fit_is_named() -> None:
    genomes, sheet = Genomes.of([cppn(4, 1, 0)]), np.zeros((3, 2))
    with pytest.raises(InputError, match="genome 0 has 4 inputs, not 5"):
        query_sheets(genomes, sheet, sheet, distance=True)
    with pytest.raises(InputError, match="the source sheet has 2 dimensions, the target sheet 3"):
        query_sheets(genomes, sheet, np.zeros((3, 3)))
    with pytest.raises(InputError, match=r"points must be a table .* shape \(4,\)"):
        query(genomes, np.zeros(4))
    for value in (math.nan, math.inf, 1e300):
        with pytest.raises(InputError, match="points has a coordinate that is not finite"):
            query(genomes, [[0, 0, value, 0]])
    for value in (math.nan, math.inf, 1e300):
        with pytest.raises(InputError, match=r"bias must be a finite number of float32, not (nan|inf|1e)"):
            query(genomes, np.zeros((1, 4)), bias=value)
    with pytest.raises(InputError, match="there are no genomes"):
        query([], sheet)
    with pytest.raises(InputError, match="threads must be at least 1, not 0"):
        query(genomes, np.zeros((1, 4)), threads=0)


def test_answers_larger_than_memory_are_refused_with_their_size() -> None:
    sheet = np.zeros((1_000_000, 2), np.float32)
    with pytest.raises(InputError, match=r"1 × 1 × 1000000 × 1000000 numbers, need 4,000.0 GB; there are"):
        query_sheets([cppn(4, 1, 0)], sheet, sheet)


def test_older_instruction_sets_give_the_same_bits(tmp_path: Path) -> None:
    def start(processor: str) -> subprocess.Popen[str]:
        place = {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path / processor)}
        command = [sys.executable, "-m", "tests.neatcore.cppn_digest"]
        return subprocess.Popen(command, env=os.environ | place, stdout=subprocess.PIPE, text=True)

    running = {processor: start(processor) for processor in ("generic", "haswell")}
    told = {processor: process.communicate()[0].split() for processor, process in running.items()}
    here = cppn_digest.digest()
    assert told == {"generic": [here, "narrow"], "haswell": [here, "wide"]}
