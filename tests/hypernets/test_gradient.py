from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.random import default_rng

from hypernets.dense import Dense, DenseConfig, dense
from hypernets.flat import Flat
from hypernets.gradient import Gradient, GradientConfig
from hypernets.interfaces import Applied
from neatcore.errors import DivergenceError, InputError
from neatcore.interfaces import Descending, Generation, GraphSpace
from neatcore.loop import descend
from tests.hypernets.teaching import COUNT, Counting, Sides


def follow(task: Any, config: GradientConfig, seed: int = 0, hidden: tuple[int, ...] = (6,)) -> tuple[Gradient, Any, Any, Any]:
    rng = default_rng(seed)
    encoding, network = dense(DenseConfig(hidden=hidden), task.inputs, task.outputs)
    search = Gradient(config, encoding.space, rng)
    search.follow(encoding, network, task)
    return search, encoding, network, rng


def course(config: GradientConfig, generations: int, seed: int = 0) -> list[Generation[Any]]:
    task = Sides()
    search, encoding, network, rng = follow(task, config, seed)
    return list(islice(descend(search, encoding, network, task, rng), generations))


def test_it_learns_and_says_how_well() -> None:
    records = course(GradientConfig(rate=0.05, batch=10), 30)
    assert records[-1].report["loss"] < 0.5 * records[0].report["loss"]
    assert records[-1].evaluation.fitness[0] > 0.9
    assert [record.evaluations for record in records[:3]] == [4, 8, 12]
    assert records[4].report["steps"] == 20


def test_a_generation_is_a_pass_or_so_many_steps() -> None:
    assert [r.evaluations for r in course(GradientConfig(batch=16), 2)] == [3, 6]  # 16, 16, 8 of 40 examples
    assert [r.evaluations for r in course(GradientConfig(batch=16, steps=5), 2)] == [5, 10]


def seen(steps: int, generations: int) -> list[Any]:
    """The examples of a search's steps, with nothing else drawn from its generator."""
    search, *_, rng = follow(Sides(), GradientConfig(batch=16, steps=steps))
    found: list[Any] = []
    learn = search._learn
    search._learn = lambda inputs, targets: (found.append(inputs), learn(inputs, targets))[1]  # type: ignore[method-assign]
    for _ in range(generations):
        search.advance(rng)
    return found


def test_a_pass_goes_on_in_the_next_generation() -> None:
    two, three, whole = seen(2, 3), seen(3, 2), seen(0, 2)
    assert [len(batch) for batch in two] == [16, 16, 8, 16, 16, 8]
    assert all(np.array_equal(a, b) and np.array_equal(a, c) for a, b, c in zip(two, three, whole, strict=True))
    assert len(np.unique(np.concatenate(two[:3]), axis=0)) == COUNT


def test_plain_gradient_descent_takes_the_steps_of_the_formula() -> None:
    task = Sides()
    search, encoding, network, rng = follow(
        task, GradientConfig(optimizer="sgd", momentum=0.0, rate=0.1, batch=COUNT, penalty=0.01)
    )
    z = search.genomes[0].astype(np.float32)
    seed = int(np.random.default_rng(0).integers(2**31))
    assert search.seed == seed
    inputs, targets = next(iter(task.batches(COUNT, default_rng(0))))  # a whole pass: the order does not matter

    def cost(z: jax.Array) -> jax.Array:
        weights = encoding.generate(z)
        outputs = network.apply(weights, jnp.zeros((COUNT, 0)), inputs).outputs
        held = sum(jnp.square(weights[name]).sum() for name in weights if name.endswith("kernel"))
        return optax.softmax_cross_entropy_with_integer_labels(outputs, targets).mean() + 0.005 * held

    search.advance(rng)
    np.testing.assert_allclose(search.genomes[0], z - 0.1 * np.asarray(jax.grad(cost)(jnp.asarray(z))), atol=1e-6)


def test_rates() -> None:
    config = GradientConfig(rate=0.8, decay=0.5, floor=0.01, drops=(2,), factors=(0.1,))
    assert np.allclose([config.schedule()(step) for step in range(5)], [0.8, 0.4, 0.2 * 0.1, 0.01, 0.01])
    with pytest.raises(InputError, match="drops has 1 steps, factors 0"):
        GradientConfig(drops=(2,)).schedule()


@pytest.mark.parametrize("stop", [1, 2, 3, 4, 5])
def test_going_on_from_a_saved_state_changes_nothing(stop: int) -> None:
    config, task = GradientConfig(batch=16, steps=2), Sides()
    whole = course(config, 6)
    search, encoding, network, rng = follow(task, config)
    last = list(islice(descend(search, encoding, network, task, rng), stop))[-1]
    saved, random = search.state(), rng.bit_generator.state
    other, encoding, network, fresh = follow(task, config, seed=99)
    other.restore(saved)
    fresh.bit_generator.state = random
    rest = list(
        islice(
            descend(other, encoding, network, task, fresh, generation=stop, evaluations=last.evaluations),
            6 - stop,
        )
    )
    assert np.array_equal((rest or [last])[-1].genomes[0], whole[-1].genomes[0])
    assert not rest or (rest[-1].evaluations, dict(rest[-1].report)) == (whole[-1].evaluations, dict(whole[-1].report))


@dataclass(frozen=True)
class Slow(Flat):
    """An encoding that must not be asked for a first z."""

    def initial(self, key: jax.Array, /) -> jax.Array:
        raise AssertionError(f"asked with {key}")


def test_who_goes_on_asks_for_no_first_z() -> None:
    """It can take seconds, and would be thrown away."""
    search, encoding, network, rng = follow(Sides(), GradientConfig(steps=2))
    search.advance(rng)
    other = Gradient(GradientConfig(steps=2), encoding.space, default_rng(0))
    other.follow(Slow(network), network, Sides())
    other.restore(search.state())
    assert np.array_equal(other.genomes[0], search.genomes[0])
    other.advance(rng)
    fresh = Gradient(GradientConfig(), encoding.space, default_rng(0))
    assert fresh.genomes == []
    fresh.follow(Slow(network), network, Sides())
    with pytest.raises(AssertionError, match="asked"):
        fresh.advance(rng)


@dataclass(frozen=True)
class Remembering(Dense):
    """Adds up what it has answered: the state is the sum of the symbols so far."""

    memory: int = 1

    def apply(self, weights: Any, state: jax.Array, inputs: jax.Array, key: jax.Array | None = None, /) -> Applied:
        seen = state[:, 0] + inputs.sum(0)
        outputs = jnp.broadcast_to(weights["dense1.bias"], (*inputs.shape, self.outputs)) + 0.0 * state.sum()
        return Applied(outputs, seen[:, None])


def test_memory_goes_on_within_a_pass_and_starts_anew_with_the_next() -> None:
    task, network = Counting(), Remembering((3, 3))
    encoding = Flat(network)
    search = Gradient(GradientConfig(batch=2, steps=1), encoding.space, default_rng(0))
    search.follow(encoding, network, task)
    sums = []
    for _ in range(8):
        search.advance(default_rng(1))
        sums.append(np.asarray(search.memory)[:, 0].tolist())
    text = (np.arange(25)[:, None] + np.arange(2)) % 3
    wanted = [text[: 4 * (k + 1)].sum(0).tolist() for k in range(6)]
    assert sums == wanted + wanted[:2]


def test_what_has_no_gradient_is_told() -> None:
    encoding, network = dense(DenseConfig(), 2, 2)
    with pytest.raises(InputError, match="genomes that are vectors"):
        Gradient(GradientConfig(), GraphSpace(2, 2), default_rng(0))
    search = Gradient(GradientConfig(), encoding.space, default_rng(0))
    with pytest.raises(InputError, match="task object has no examples"):
        search.follow(encoding, network, object())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="needs an encoding with a gradient"):
        search.follow(object(), network, Sides())  # type: ignore[arg-type]
    task = Sides()
    task.loss = "cross-entropi"
    with pytest.raises(InputError, match="did you mean 'cross-entropy'"):
        search.follow(encoding, network, task)


def test_a_gradient_search_is_told_from_others() -> None:
    encoding, _ = dense(DenseConfig(), 2, 2)
    assert isinstance(Gradient(GradientConfig(), encoding.space, default_rng(0)), Descending)


@pytest.mark.parametrize("steps", [0, 3])
def test_numbers_that_are_not_finite_stop_it(steps: int) -> None:
    with pytest.raises(DivergenceError, match=r"the loss of step \d+ is (nan|inf): choose a rate below 1e\+20"):
        course(GradientConfig(rate=1e20, steps=steps), 40)
    search, *_ = follow(Sides(), GradientConfig())
    search.steps, search.z = 7, jnp.full_like(search.z, jnp.nan)
    with pytest.raises(DivergenceError, match="step 7 led to weights that are not finite"):
        search.check([0.5])


def test_drops_at_the_same_step_multiply() -> None:
    config = GradientConfig(drops=(2, 2, 4), factors=(0.5, 0.5, 0.1))
    assert [float(config.schedule()(step)) for step in (0, 3, 5)] == pytest.approx([1e-3, 2.5e-4, 2.5e-5])
