from __future__ import annotations

import doctest
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

import hypernets.recurrent.hyper
from hypernets.flat import Flat
from hypernets.interfaces import Applied, Weights
from hypernets.losses import cross_entropy
from hypernets.packing import Packing
from hypernets.recurrent import Cell, HyperLstm, HyperRnn, Lstm, Recurrent, Rnn
from hypernets.recurrent.changes import changes, watched
from hypernets.recurrent.config import HyperLstmConfig, HyperRnnConfig, LstmConfig, RnnConfig, hyperlstm, hyperrnn, lstm, rnn
from neatcore.errors import InputError
from neatcore.prefixes import within
from tests.hypernets import oracles

T, S, SYMBOLS, UNITS, HYPER = 7, 3, 5, 6, 4
CELLS: dict[str, Callable[[int], Cell]] = {
    "rnn": lambda inputs: Rnn(inputs, UNITS),
    "lstm": lambda inputs: Lstm(inputs, UNITS),
    "ln-lstm": lambda inputs: Lstm(inputs, UNITS, layer_norm=True),
    "hyperrnn": lambda inputs: HyperRnn(inputs, UNITS, HYPER, 2),
    "hyperlstm": lambda inputs: HyperLstm(inputs, UNITS, HYPER, 2),
    "ln-hyperlstm": lambda inputs: HyperLstm(inputs, UNITS, HYPER, 2, layer_norm=True),
}
ALL = pytest.mark.parametrize("name", CELLS)


def network(name: str, layers: int = 1, **options: Any) -> Recurrent:
    sizes = [SYMBOLS, *[UNITS] * (layers - 1)]
    return Recurrent(tuple(CELLS[name](size) for size in sizes), SYMBOLS, **options)


def weights_of(part: Cell | Recurrent, seed: int = 0) -> dict[str, jax.Array]:
    """Weights of which none is like another, so that nothing hides behind a 0 or a 1."""
    rng, packing = default_rng(seed), Packing.of(part.shapes)
    return packing.unpack(jnp.asarray(rng.normal(scale=0.5, size=packing.size), float))


@partial(jax.jit, static_argnums=0)
def applied(net: Recurrent, weights: Weights, state: jax.Array, inputs: jax.Array, key: jax.Array | None = None) -> Applied:
    return net.apply(weights, state, inputs, key)


def symbols(steps: int = T, seed: int = 1) -> jax.Array:
    return jnp.asarray(default_rng(seed).integers(SYMBOLS, size=(steps, S)), jnp.int32)


def start(net: Recurrent) -> jax.Array:
    return jnp.zeros((S, net.memory))


# --- how many numbers ---------------------------------------------------------------------------------------------------


def size_of(cells: tuple[Cell, ...], outputs: int) -> int:
    return Packing.of(Recurrent(cells, outputs).shapes).size


@pytest.mark.parametrize(
    ("count", "cells", "outputs"),
    [
        pytest.param(4_254_050, (Lstm(50, 1000),), 50, id="Penn Treebank, LSTM"),
        pytest.param(4_911_874, (HyperLstm(50, 1000, 128, 4),), 50, id="HyperLSTM"),
        pytest.param(4_923_154, (HyperLstm(50, 1000, 128, 4, layer_norm=True),), 50, id="LN-HyperLSTM"),
        pytest.param(
            14_407_714,
            (HyperLstm(50, 1000, 128, 16, layer_norm=True), HyperLstm(1000, 1000, 128, 16, layer_norm=True)),
            50,
            id="two layers",
        ),
        pytest.param(18_708_213, (HyperLstm(205, 1800, 256, 64),), 205, id="enwik8, HyperLSTM"),
        pytest.param(26_541_773, (HyperLstm(205, 2048, 512, 64, layer_norm=True),), 205, id="enwik8, LN-HyperLSTM"),
        pytest.param(3_941_181, (HyperLstm(3, 900, 128, 4),), 121, id="handwriting, HyperLSTM"),
    ],
)
def test_as_many_parameters_as_published(count: int, cells: tuple[Cell, ...], outputs: int) -> None:
    assert size_of(cells, outputs) == count


@ALL
def test_first_weights_have_the_shapes_announced(name: str) -> None:
    net = network(name, 2)
    found = jax.eval_shape(net.initial, jax.random.key(0))
    assert {key: array.shape for key, array in found.items()} == dict(net.shapes)


def test_first_weights_of_a_hyperlstm() -> None:
    """(Ha, Dai & Le 2016, A.2.3)"""
    cell = HyperLstm(9, 30, 12, 4, layer_norm=True)
    found = {name: np.asarray(array) for name, array in cell.initial(jax.random.key(3)).items()}
    for y in oracles.GATES:
        part = oracles.gate(found, "recurrent", y)
        np.testing.assert_allclose(part.T @ part, np.eye(30), atol=1e-5)
    for kind, wanted in enumerate((0.1, 0.1, 0.0)):
        for place in range(4):
            np.testing.assert_allclose(oracles.scale(found, default_rng(0).normal(size=12), kind, place, 4), wanted, atol=1e-6)
    bias_part = found["embed.kernel"][:, 8 * 4 :]
    assert 0.008 < bias_part.std() < 0.012
    assert not found["bias"].any()
    assert not found["hyper.bias"].any()
    assert (found["gain"] == 1).all()
    assert not found["shift"].any()
    assert abs(found["input"]).max() <= np.sqrt(3 / 9) < 1.1 * abs(found["input"]).max()
    assert abs(found["hyper.input"]).max() <= np.sqrt(3 / 39) < 1.1 * abs(found["hyper.input"]).max()


# --- what a step computes -----------------------------------------------------------------------------------------------


def stepped(name: str, weights: oracles.Named, state: np.ndarray[Any, Any], x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The oracle's state of one lane after a step."""
    if name == "rnn":
        return oracles.rnn(weights, state, x)
    if name.endswith("hyperlstm"):
        parts = np.split(state, [UNITS, 2 * UNITS, 2 * UNITS + HYPER])
        return np.concatenate(oracles.hyper_lstm(weights, tuple(parts), x))
    if name == "hyperrnn":
        return np.concatenate(oracles.hyper_rnn(weights, (state[:UNITS], state[UNITS:]), x))
    return np.concatenate(oracles.lstm(weights, state[:UNITS], state[UNITS:], x))


@ALL
def test_a_cell_steps_as_the_papers_say(name: str) -> None:
    with jax.enable_x64(True):
        cell, rng = CELLS[name](SYMBOLS), default_rng(2)
        weights = weights_of(cell)
        plain = {key: np.asarray(array) for key, array in weights.items()}
        state, step = jnp.zeros((S, cell.memory)), jax.jit(cell.step)
        slow = [np.zeros(cell.memory) for _ in range(S)]
        for _ in range(4):
            inputs = rng.normal(size=(S, SYMBOLS))
            state, h = step(weights, state, jnp.asarray(inputs))
            slow = [stepped(name, plain, lane, x) for lane, x in zip(slow, inputs, strict=True)]
            np.testing.assert_allclose(state, slow, atol=1e-12)
            np.testing.assert_allclose(h, np.array(slow)[:, :UNITS], atol=1e-12)


def test_a_silent_hyper_cell_leaves_the_lstm() -> None:
    main, cell = Lstm(SYMBOLS, UNITS, layer_norm=True), HyperLstm(SYMBOLS, UNITS, HYPER, 2, layer_norm=True)
    weights = weights_of(cell)
    ones = jnp.full((8, 2, UNITS), 0.5)
    silent = weights | {
        "embed.kernel": jnp.zeros_like(weights["embed.kernel"]),
        "embed.bias": jnp.ones(16),
        "scale.kernel": jnp.concatenate([ones, jnp.zeros((4, 2, UNITS))]),
    }
    state, other, inputs = jnp.zeros((S, cell.memory)), jnp.zeros((S, main.memory)), default_rng(0).normal(size=(4, S, SYMBOLS))
    one, two = jax.jit(cell.step), jax.jit(main.step)
    for x in jnp.asarray(inputs, jnp.float32):
        state, h = one(silent, state, x)
        other, same = two(weights, other, x)
        np.testing.assert_allclose(h, same, atol=1e-6)
    assert abs(h).max() > 0.01


def test_the_forget_bias_is_added_to_the_learnt_one() -> None:
    plain, none = Lstm(SYMBOLS, UNITS), Lstm(SYMBOLS, UNITS, forget_bias=0.0)
    weights, state, x = weights_of(plain), jnp.ones((S, 2 * UNITS)), jnp.ones((S, SYMBOLS))
    shifted = weights | {"bias": weights["bias"].at[2 * UNITS : 3 * UNITS].add(1.0)}
    np.testing.assert_allclose(plain.step(weights, state, x)[0], none.step(shifted, state, x)[0], atol=1e-6)


def test_the_example_of_the_drop_in_runs() -> None:
    found = doctest.testmod(hypernets.recurrent.hyper)
    assert found.attempted >= 6
    assert found.failed == 0


# --- sequences ----------------------------------------------------------------------------------------------------------


@ALL
def test_unrolled_equals_stepped_and_a_carried_state_joins_two_halves(name: str) -> None:
    """Through a policy, whose symbols are ones in their place where it steps."""
    net, read = network(name, 2 if name == "ln-hyperlstm" else 1), np.asarray(symbols(8), np.int64)
    encoding = Flat(net)
    policy = net.bind(encoding.decode([default_rng(k).normal(scale=0.5, size=encoding.space.size) for k in range(2)]))
    whole, answers = unrolled(policy, policy.reset(S), read)
    assert answers.shape == (2, 8, S, SYMBOLS)
    assert abs(answers[0] - answers[1]).max() > 0.1
    halfway, first = unrolled(policy, policy.reset(S), read[:4])
    last, second = unrolled(policy, halfway, read[4:])
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), answers, atol=1e-5)
    np.testing.assert_allclose(last, whole, atol=1e-5)
    state = policy.reset(S)
    for row, answer in zip(read, np.moveaxis(answers, 1, 0), strict=True):
        state, found = policy.step(state, np.broadcast_to(np.eye(SYMBOLS)[row], (2, S, SYMBOLS)))
        np.testing.assert_allclose(found, answer, atol=1e-5)
    np.testing.assert_allclose(state, whole, atol=1e-5)


def unrolled(policy: Any, state: Any, read: Any) -> tuple[Any, Any]:
    found: tuple[Any, Any] = policy.unroll(state, read)
    return found


@pytest.mark.parametrize("name", ["rnn", "hyperlstm"])
def test_symbols_equal_ones_in_their_place(name: str) -> None:
    net, read = network(name), symbols()
    weights = weights_of(net)
    one, other = (applied(net, weights, start(net), inputs) for inputs in (read, jax.nn.one_hot(read, SYMBOLS)))
    np.testing.assert_allclose(one.outputs, other.outputs, atol=1e-5)
    single = applied(net, weights, start(net), read[0])
    np.testing.assert_allclose(single.outputs, one.outputs[0], atol=1e-5)
    assert single.outputs.shape == (S, SYMBOLS)


def test_lanes_and_networks_do_not_meet() -> None:
    net, read = network("ln-hyperlstm"), np.asarray(symbols(), np.int64)
    encoding = Flat(net)
    policy = net.bind(encoding.decode([default_rng(k).normal(scale=0.5, size=encoding.space.size) for k in range(2)]))
    _, beside = unrolled(policy, policy.reset(S), read)
    _, alone = unrolled(policy, policy.reset(1), read[:, :1])
    np.testing.assert_allclose(alone[:, :, 0], beside[:, :, 0], atol=1e-5)
    _, taken = unrolled(policy.take(np.array([1])), policy.reset(S)[1:], read)
    assert np.array_equal(taken[0], beside[1])


# --- gradients ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "layers", "recompute"),
    [
        ("rnn", 1, False),
        ("lstm", 2, True),
        ("ln-lstm", 1, False),
        ("hyperrnn", 1, True),
        ("hyperlstm", 1, False),
        ("ln-hyperlstm", 2, True),
    ],
)
def test_the_gradient_is_the_central_difference(name: str, layers: int, recompute: bool) -> None:
    with jax.enable_x64(True):
        net, read, due = network(name, layers, recompute=recompute), symbols(), symbols(seed=5)
        packing, rng = Packing.of(net.shapes), default_rng(4)
        z = packing.pack(weights_of(net))

        def loss(z: jax.Array) -> jax.Array:
            return cross_entropy(net.apply(packing.unpack(z), start(net), read).outputs, due)[0]

        slope, compiled = jax.jit(jax.grad(loss))(z), jax.jit(loss)
        for _ in range(3):
            way = jnp.asarray(rng.normal(size=z.shape))
            difference = (compiled(z + 1e-5 * way) - compiled(z - 1e-5 * way)) / 2e-5
            np.testing.assert_allclose(slope @ way, difference, rtol=1e-6, atol=1e-8)


# --- dropout ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "net",
    [
        Recurrent((Lstm(SYMBOLS, UNITS, keep=0.5),), SYMBOLS),
        Recurrent((HyperLstm(SYMBOLS, UNITS, HYPER, 2, keep=0.5),), SYMBOLS),
        Recurrent((HyperLstm(SYMBOLS, UNITS, HYPER, 2, hyper_keep=0.5),), SYMBOLS),
        network("rnn", keep_input=0.5),
        network("rnn", keep_output=0.5),
    ],
    ids=["recurrent", "hyper's main", "hyper", "input", "output"],
)
@pytest.mark.parametrize("floats", [False, True], ids=["symbols", "floats"])
def test_dropout_is_of_training_alone_and_by_its_key(net: Recurrent, floats: bool) -> None:
    weights, read = weights_of(net), jax.nn.one_hot(symbols(), SYMBOLS) if floats else symbols()

    def answer(key: jax.Array | None) -> np.ndarray[Any, Any]:
        return np.asarray(applied(net, weights, start(net), read, key).outputs)

    key, other = jax.random.key(0), jax.random.key(1)
    assert np.array_equal(answer(None), answer(None))
    assert np.array_equal(answer(key), answer(key))
    assert not np.allclose(answer(key), answer(other))
    assert not np.allclose(answer(key), answer(None))


def test_a_key_changes_nothing_where_nothing_is_dropped() -> None:
    read, key = symbols(), jax.random.key(0)
    off = Recurrent((HyperLstm(SYMBOLS, UNITS, HYPER, 2),), SYMBOLS)
    weights = weights_of(off)
    assert np.array_equal(applied(off, weights, start(off), read, key).outputs, applied(off, weights, start(off), read).outputs)


def test_recurrent_dropout_never_drops_memory() -> None:
    """(Semeniuta et al. 2016): a new value for c is dropped or doubled, what c holds is not."""
    cell = Lstm(SYMBOLS, 400, keep=0.5)
    weights, state = weights_of(cell), jnp.ones((1, cell.memory))
    projected = cell.project(weights, jnp.ones((1, SYMBOLS)))
    kept, seen = (cell.advance(weights, state, projected, key)[0][0, 400:] for key in (None, jax.random.key(0)))
    none = cell.advance(weights, state, projected - jnp.where(jnp.arange(1600) // 400 == 0, 1e6, 0.0), None)[0][0, 400:]
    doubled = np.isclose(seen, none + 2 * (kept - none), atol=1e-5)
    assert np.all(doubled | np.isclose(seen, none, atol=1e-5))
    assert 0.4 < doubled[abs(kept - none) > 0.01].mean() < 0.6


# --- weights along a text -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hyperrnn", "ln-hyperlstm"])
def test_changes_are_those_of_the_scaled_matrices(name: str) -> None:
    net = network(name)
    weights, symbols = weights_of(net), np.array([0, 3, 3, 1, 4, 2])
    found = changes(net, weights, symbols)
    cell, own, state = net.cells[0], within("layer1.", weights), jnp.zeros((1, net.memory))
    matrices = []
    for symbol in symbols:
        state = net.apply(weights, state, jnp.array([symbol])).state
        hyper = state[:, UNITS : UNITS + HYPER] if name == "hyperrnn" else state[:, 2 * UNITS : 2 * UNITS + HYPER]
        gates = own["scale.kernel"].shape[0] // 3
        z = np.split(np.asarray(hyper @ own["embed.kernel"][:, : 2 * gates] + own["embed.bias"][: 2 * gates]), gates, 1)
        d = [each[0] @ np.asarray(kernel) for each, kernel in zip(z, own["scale.kernel"])]
        matrices.append([np.asarray(own["recurrent"])[:, g * UNITS : (g + 1) * UNITS] * d[g] for g in range(gates)])
    norms = np.linalg.norm(np.array(matrices), axis=(2, 3)).mean(0)
    moved = np.linalg.norm(np.diff(np.array(matrices), axis=0), axis=(2, 3)) / norms
    assert found.shape == (len(symbols), gates)
    assert not found[0].any()
    np.testing.assert_allclose(found[1:], moved, rtol=1e-3, atol=1e-6)
    assert moved.min() > 1e-4
    assert isinstance(cell, HyperRnn | HyperLstm)


def test_weights_of_an_ordinary_cell_do_not_change() -> None:
    net = network("lstm")
    assert not watched(net)
    with pytest.raises(InputError, match="Lstm has the same weights at every step"):
        changes(net, weights_of(net), np.array([0, 1]))


# --- parts of a run -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("built", "cells"),
    [
        (rnn(RnnConfig(units=8), 5, 7), (Rnn(5, 8),)),
        (lstm(LstmConfig(units=8, layers=2, keep_recurrent=0.9), 5, 7), (Lstm(5, 8, keep=0.9), Lstm(8, 8, keep=0.9))),
        (hyperrnn(HyperRnnConfig(units=8, hyper_units=3, embedding=2), 5, 7), (HyperRnn(5, 8, 3, 2),)),
        (
            hyperlstm(HyperLstmConfig(units=8, hyper_units=3, layer_norm=True, keep_hyper=0.8, forget_bias=2.0), 5, 7),
            (HyperLstm(5, 8, 3, 4, layer_norm=True, hyper_keep=0.8, forget_bias=2.0),),
        ),
    ],
    ids=["rnn", "lstm", "hyperrnn", "hyperlstm"],
)
def test_settings_become_networks(built: tuple[Flat, Recurrent], cells: tuple[Cell, ...]) -> None:
    encoding, net = built
    assert net.cells == cells
    assert (net.inputs, net.outputs) == (5, 7)
    assert encoding.space.size == size_of(cells, 7) == encoding.counts["trained"]


def test_settings_of_dropout() -> None:
    _, net = lstm(LstmConfig(keep_input=0.9, keep_output=0.8, recompute=False), 5, 7)
    assert (net.keep_input, net.keep_output, net.recompute) == (0.9, 0.8, False)
