"""Weights as sums of cosines: the order of coefficients, the transform, and the networks that come out."""

from __future__ import annotations

from itertools import product
from math import cos, pi, prod, sqrt
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.checks import check_encoding, sample_genomes
from neatcore.errors import InputError
from neatcore.interfaces import Floats, Ints, Policy
from neatcore.neat import Neat, NeatConfig
from neatcore.perceptron import MlpConfig, mlp
from runner.settings import resolve
from substrates.dct import Dct, DctConfig, dct
from substrates.geometry import grid
from substrates.networks import SubstrateModel, Synapses
from substrates.spectrum import drawn, places

SHAPES = [(3, 5), (5, 3), (4, 4), (1, 7), (7, 1), (1, 1), (2, 9)]


def made(inputs: int = 5, outputs: int = 3, **options: Any) -> tuple[Dct, SubstrateModel]:
    return dct(DctConfig.model_validate(options), inputs, outputs)


def numbered(shape: tuple[int, ...], order: str = "edges") -> Ints:
    """The array of which coefficient stands where."""
    table = np.full(shape, -1)
    table[tuple(places(shape, prod(shape), order).T)] = np.arange(prod(shape))
    return table


# --- the order of coefficients ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["edges", "longer"])
def test_the_order_of_the_reference(order: str) -> None:
    assert numbered((3, 5), order).tolist() == [[0, 1, 3, 6, 9], [2, 5, 8, 11, 12], [4, 7, 10, 13, 14]]


def in_the_words_of_the_reference(h: int, w: int) -> list[tuple[int, int]]:
    found = []
    for i in range(h + w - 1):
        for j in range(min(i, h - 1) - max(0, i + 1 - w) + 1):
            even = (max(0, i + 1 - w) + j // 2, min(i, w - 1) - j // 2)
            odd = (min(i, h - 1) - j // 2, max(0, i + 1 - h) + j // 2)
            found.append(odd if j % 2 else even)
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_the_order_is_the_formula_of_the_reference(shape: tuple[int, int]) -> None:
    wanted = in_the_words_of_the_reference(*shape)
    assert [tuple(place) for place in places(shape, prod(shape)).tolist()] == wanted


@pytest.mark.parametrize("shape", SHAPES)
def test_beginning_at_the_longer_side_does_not_depend_on_which_side_that_is(shape: tuple[int, int]) -> None:
    if shape[0] != shape[1]:
        assert np.array_equal(numbered(shape, "longer"), numbered(shape[::-1], "longer").T)
    longest = np.argmax(shape) if shape[0] != shape[1] else 1
    assert prod(shape) == 1 or places(shape, prod(shape), "longer")[1, longest] == 1


@pytest.mark.parametrize("order", ["edges", "longer"])
@pytest.mark.parametrize("shape", [*SHAPES, (6,), (2, 3, 4), (3, 1, 2, 3)])
def test_every_place_comes_once_and_frequencies_rise(shape: tuple[int, ...], order: str) -> None:
    found = places(shape, prod(shape), order)
    assert sorted(map(tuple, found.tolist())) == sorted(product(*map(range, shape)))
    assert (np.diff(found.sum(axis=1)) >= 0).all()
    for count in range(prod(shape)):
        assert np.array_equal(places(shape, count, order), found[:count])


# --- the transform ------------------------------------------------------------------------------------------------------


def summed(coefficients: Floats, where: Ints, shape: tuple[int, ...]) -> Floats:
    """One array as the sum of its cosines, number by number."""
    array = np.zeros(shape)
    for place in product(*map(range, shape)):
        for coefficient, frequencies in zip(coefficients, where.tolist()):
            waves = [
                sqrt((1 if k == 0 else 2) / side) * cos(pi * (n + 0.5) * k / side) for n, k, side in zip(place, frequencies, shape)
            ]
            array[place] += coefficient * prod(waves)
    return array


@pytest.mark.parametrize(("shape", "count"), [((3, 5), 4), ((3, 5), 15), ((6,), 3), ((2, 3, 4), 7)])
def test_an_array_is_the_sum_of_its_cosines(shape: tuple[int, ...], count: int) -> None:
    coefficients, where = default_rng(0).normal(size=(2, count)), places(shape, count)
    for array, row in zip(drawn(coefficients, where, shape), coefficients):
        np.testing.assert_allclose(array, summed(row, where, shape), atol=1e-12)


@pytest.mark.parametrize("shape", [(3, 5), (7,), (2, 3, 2)])
def test_the_arrays_of_single_coefficients_are_orthonormal(shape: tuple[int, ...]) -> None:
    count = prod(shape)
    basis = drawn(np.eye(count), places(shape, count), shape).reshape(count, -1)
    np.testing.assert_allclose(basis @ basis.T, np.eye(count), atol=1e-12)


def test_one_coefficient_is_a_constant_matrix() -> None:
    assert np.allclose(drawn(np.array([[6.0]]), places((4, 9), 1), (4, 9)), 1.0)


# --- networks -----------------------------------------------------------------------------------------------------------

KINDS: list[dict[str, Any]] = [
    {},
    {"hidden": [4, 2]},
    {"hidden": [4], "wiring": "recurrent", "transform": "vector"},
    {"hidden": [4], "wiring": "full", "matrices": "one", "order": "longer"},
    {"hidden": [4], "wiring": "skip", "matrices": "one", "transform": "vector"},
    {"hidden": [4], "wiring": "full", "matrices": "pair", "passes": 2},
    {"substrate": "grid", "hidden": [[2, 2]], "matrices": "pair", "transform": "sheets", "biases": False},
]


@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("coefficients", [3, "all"])
def test_it_keeps_the_laws_of_encodings(options: dict[str, Any], coefficients: object) -> None:
    encoding, model = made(**options, coefficients=coefficients)
    check_encoding(encoding, model)
    assert encoding.space.size == encoding.counts["trained"] <= encoding.counts["weights"]


def numbers_of(synapses: Synapses) -> Floats:
    """All weights and biases of networks, (P, n)."""
    arrays = [*synapses.weights, *synapses.biases]
    return np.concatenate([array.reshape(synapses.size, -1) for array in arrays], axis=1).astype(np.float64)


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_all_coefficients_are_the_direct_encoding_but_turned(options: dict[str, Any]) -> None:
    """f is linear, square and orthonormal: any weights are reached by one genome, as long as they are themselves."""
    encoding, _ = made(**options)
    size = encoding.space.size
    assert (
        size
        == encoding.weights
        == encoding.substrate.links
        + encoding.config.biases * sum(len(sheet) for sheet in encoding.substrate.sheets if sheet.role != "input")
    )
    turn = numbers_of(encoding.decode(list(np.eye(size))))
    np.testing.assert_allclose(turn @ turn.T, np.eye(size), atol=1e-6)
    wanted = default_rng(0).normal(size=size)
    np.testing.assert_allclose(numbers_of(encoding.decode([turn @ wanted])), wanted[None], atol=1e-5)


def outputs(policy: Policy) -> Floats:
    inputs, state, found = default_rng(1).normal(size=(4, policy.size, 5, policy.inputs)), policy.reset(5), []
    for now in inputs:
        state, answers = policy.step(state, now)
        found.append(np.array(answers))
    return np.stack(found, axis=1)


def test_all_coefficients_of_a_layer_compute_as_the_perceptron_of_its_weights() -> None:
    options = {"hidden": [4], "activation": "tanh", "readout": "linear"}
    encoding, model = made(**options)
    plain, perceptron = mlp(MlpConfig(hidden=(4,)), 5, 3)
    weights = sample_genomes(plain.space)
    genomes = []
    for layers in zip(*plain.decode(weights).matrices, strict=True):
        turned = [layer.T for layer in layers]  # (targets, sources and the bias)
        cosines = [drawn(np.eye(array.size), where, array.shape) for array, where in zip(turned, encoding.places, strict=True)]
        genomes.append(np.concatenate([np.tensordot(basis, array, 2) for basis, array in zip(cosines, turned)]))
    found = 1 / (1 + np.exp(-outputs(model.bind(encoding.decode(genomes)))))
    np.testing.assert_allclose(found, outputs(perceptron.bind(plain.decode(weights))), atol=1e-5)


def test_a_fully_recurrent_network_is_one_matrix_of_which_rows_are_neurons() -> None:
    """n × (inputs + n + 1), as the octopus arm's 32 · (82 + 32 + 1) = 3,680."""
    encoding, _ = made(82, 32, wiring="full", matrices="one", coefficients=20)
    assert (encoding.matrices[0].shape, encoding.weights, encoding.space.size) == ((32, 115), 3680, 20)
    genome = default_rng(0).normal(size=20)
    synapses, matrix = encoding.decode([genome]), encoding.drawn(genome[None])[0][0]
    np.testing.assert_allclose(synapses.weights[0][0], matrix[:, :82].T, rtol=1e-6)
    np.testing.assert_allclose(synapses.weights[1][0], matrix[:, 82:114].T, rtol=1e-6)
    np.testing.assert_allclose(synapses.biases[1][0], matrix[:, 114], rtol=1e-6)


def test_a_network_with_memory_is_stepped_as_it_says() -> None:
    encoding, model = made(2, 3, wiring="full", readout="tanh")
    genome = default_rng(3).normal(size=encoding.space.size)
    matrix, values = encoding.drawn(genome[None])[0][0], np.zeros(3)
    policy, inputs = model.bind(encoding.decode([genome])), default_rng(4).normal(size=(5, 2))
    state = policy.reset(1)
    for now in inputs:
        held, values = values, np.tanh(matrix @ np.concatenate([now, values, [1.0]]))
        state, answers = policy.step(state, now[None, None])
        np.testing.assert_allclose(answers[0, 0], values, atol=1e-5)
    assert not np.allclose(held, values)


def test_few_coefficients_draw_smooth_matrices_and_first_weights_are_as_large_as_said() -> None:
    for count in (2, 10, "all"):
        encoding, _ = made(30, 20, coefficients=count, scale=0.5)
        genomes = default_rng(0).normal(0, encoding.space.scale, (200, encoding.space.size))
        weights = encoding.decode(list(genomes)).weights[0]
        assert np.sqrt(np.mean(np.square(weights))) == pytest.approx(0.5, rel=0.06)
        rough = np.abs(np.diff(weights, axis=1)).mean()
        assert (rough < 0.06) == (count != "all")


def test_each_matrix_can_have_coefficients_of_its_own() -> None:
    encoding, _ = made(hidden=[4], coefficients=[6, 2])
    assert list(encoding.lengths) == [6, 2]
    encoding, _ = made(1, 1, hidden=[4], coefficients=8)  # 4 × 2 and 1 × 5
    assert list(encoding.lengths) == [8, 5]
    assert [matrix.title for matrix in encoding.matrices] == ["input, bias → hidden", "hidden, bias → output"]


def test_grids_are_transformed_along_all_their_sides() -> None:
    options = {"substrate": "grid", "matrices": "pair", "transform": "sheets", "coefficients": 5}
    encoding, _ = made(6, 4, **options)
    assert [matrix.shape for matrix in encoding.matrices] == [(2, 2, 2, 3), (2, 2)]
    where = encoding.places[0]
    assert np.array_equal(where[1:], np.array([[0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]]))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"coefficients": 19}, "coefficients=19: the matrix input, bias → output has 18 weights, 19 .* write at most 18, or all"),
        ({"coefficients": [4, 2]}, r"coefficients=\[4, 2\] are for 2 matrices; there are 1: input, bias → output"),
        ({"coefficients": [4, 99], "hidden": [2]}, "the matrix hidden, bias → output has 9 weights, 99 coefficients"),
        ({"hidden": [4], "matrices": "one"}, "layers that read 5 and 6 values are no rectangle; write matrices=layer"),
        ({"transform": "sheets"}, "matrices=layer does not go with transform=sheets.* write matrices=pair"),
        ({"hidden": [10**5, 10**5]}, r"10,000,800,000 possible links would take 240\.0 GB"),
    ],
)
def test_what_does_not_fit_is_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        made(**options)


@pytest.mark.parametrize("value", ["0", "4.5", "true", "[]", "[4,0]", "al", "-1"])
def test_no_number_of_coefficients(value: str) -> None:
    with pytest.raises(InputError, match=r"coefficients=.*must be a whole number from 1.*\(encoding.coefficients\)"):
        resolve("xor", ["search=cma", "encoding=dct", f"coefficients={value}"])


def test_other_genomes_and_searches_are_refused() -> None:
    encoding, _ = made(coefficients=4)
    with pytest.raises(InputError, match=r"genomes of shape \(2, 5\) for networks of 4 coefficients"):
        encoding.decode(list(np.zeros((2, 5))))
    with pytest.raises(InputError, match="use search=cma"):
        Neat(NeatConfig(), encoding.space, default_rng(0))


def test_neurons_stand_where_the_task_says() -> None:
    config = DctConfig.model_validate({"matrices": "pair", "transform": "sheets", "coefficients": 3, "biases": False})
    encoding, _ = dct(config, 9, 4, (grid(3, 3), grid(2, 2)))
    assert encoding.matrices[0].shape == (2, 2, 3, 3)
