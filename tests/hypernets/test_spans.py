"""HyperLSTMs by kernels, many steps at once, beside the same step by step."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import hypernets.recurrent.spans
from hypernets.kernels.gates import Rows, bend, squash
from hypernets.recurrent import HyperLstm, Recurrent, unroll
from hypernets.recurrent.spans import spans
from neatcore.compiled import kernel


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(scale=scale, size=shape), jnp.float32)


def close(found: Any, wanted: Any) -> None:
    for (path, mine), theirs in zip(jax.tree.leaves_with_path(found), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4 * float(jnp.abs(theirs).max()), rtol=0, err_msg=str(path))


def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hypernets.recurrent.spans, "CACHED", 0)


# steps, lanes, inputs, N, U, E; few different tiles, of which each has to be compiled
SIZES = [
    pytest.param((7, 3, 5, 6, 4, 2), id="smaller than vectors"),
    pytest.param((5, 30, 7, 48, 16, 8), id="parts of several lanes, the last of fewer"),
    pytest.param((3, 16, 5, 70, 33, 16), id="no whole vectors"),
]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(
    "options", [{}, {"layer_norm": True, "keep": 0.7, "hyper_keep": 0.6}, {"layer_norm": True, "forget_bias": 0.5}, {"keep": 0.8}]
)
def test_answers_and_slopes_are_those_of_single_steps(
    sizes: tuple[int, ...], options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, lanes, inputs, *rest = sizes
    cell = HyperLstm(inputs, *rest, **options)
    weights = {name: draw(*shape, seed=k, scale=0.3) for k, (name, shape) in enumerate(cell.shapes.items())}
    given = weights, draw(steps, lanes, inputs, seed=91), draw(lanes, cell.memory, seed=92)
    slope = draw(lanes, cell.memory, seed=93), draw(steps, lanes, cell.units, seed=94)

    def answers(weights: Any, values: jax.Array, state: jax.Array) -> tuple[jax.Array, jax.Array]:
        return unroll(cell, cell.prepare(weights), state, values, jax.random.key(5), recompute=True)

    assert spans(cell, cell.prepare(weights), (steps, lanes))
    found, back = jax.vjp(answers, *given)
    slopes = back(slope)
    step_by_step(monkeypatch)
    assert not spans(cell, cell.prepare(weights), (steps, lanes))
    wanted, back = jax.vjp(answers, *given)
    close((found, slopes), (wanted, back(slope)))


def test_spans_of_a_text_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Symbols, some of them dropped, in spans of four steps, the last of three."""
    cell = HyperLstm(9, 20, 6, 2)
    net = Recurrent((cell,), 9, keep_input=0.6, recompute=True)
    weights, symbols = net.initial(jax.random.key(0)), jnp.asarray(np.random.default_rng(1).integers(9, size=(23, 4)), jnp.int32)

    def loss(weights: Any) -> jax.Array:
        return jnp.square(net.apply(weights, jnp.zeros((4, net.memory)), symbols, jax.random.key(2)).outputs).sum()

    monkeypatch.setattr(hypernets.recurrent.spans, "ROWS", 16)
    assert spans(cell, weights | {"recurrent": weights["layer1.recurrent"]}, symbols.shape) == 4
    found = jax.value_and_grad(loss)(weights)
    step_by_step(monkeypatch)
    close(found, jax.value_and_grad(loss)(weights))


def test_a_span_divides_the_steps_where_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = HyperLstm(3, 8, 4, 2)
    prepared = cell.prepare(cell.initial(jax.random.key(0)))
    monkeypatch.setattr(hypernets.recurrent.spans, "ROWS", 1024)
    found = [spans(cell, prepared, shape) for shape in ((100, 64), (97, 64), (5, 64), (50, 2000), (1, 64))]
    assert found == [10, 16, 5, 1, 0]


def test_many_networks_are_what_each_is() -> None:
    cell = HyperLstm(3, 8, 4, 2)
    each = [cell.initial(jax.random.key(k)) for k in range(3)]
    stacked = jax.tree.map(lambda *arrays: jnp.stack(arrays), *each)
    values, state = draw(4, 3, 3), jnp.zeros((3, cell.memory))

    def answers(weights: Any) -> jax.Array:
        return unroll(cell, cell.prepare(weights), state, values)[1]

    np.testing.assert_array_equal(jax.vmap(answers)(stacked), jnp.stack([answers(weights) for weights in each]))


def test_tanh_and_sigmoid() -> None:
    """Within 4e-7; what is no number stays none."""

    @kernel
    def both(bent: Any, squashed: Any) -> None:
        bend(Rows(bent.ctypes.data, 1), 1, len(bent))
        squash(Rows(squashed.ctypes.data, 1), 1, len(bent))

    x = np.concatenate([np.linspace(-30, 30, 20_001), [-np.inf, np.inf, 1e-30, -1e-8, np.nan]]).astype(np.float32)
    bent, squashed = x.copy(), x.copy()
    both(bent, squashed)
    exact = x.astype(np.float64)
    np.testing.assert_allclose(bent, np.tanh(exact), atol=4e-7)
    np.testing.assert_allclose(squashed, (1 + np.tanh(exact / 2)) / 2, atol=4e-7)
