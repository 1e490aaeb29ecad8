"""Networks that generators are fitted to: bodies, alignment, the cart in JAX, REINFORCE, evolution."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.agents.bodies import Body, aligned
from hypernets.agents.cartpole import CartPole
from hypernets.agents.evolving import Evolved, Lineages
from hypernets.agents.generator import AgentsConfig, agents
from hypernets.agents.reinforce import Learners, Lessons, episode, learn, rewards_to_go, surrogate, unpacked
from neatcore.errors import InputError
from neatcore.interfaces import Array, Simulation
from tasks import kernels
from tasks.agents import Agents
from tasks.control import CartPole as Task

PAIRED, PLAIN = Body(4, (5,), 1, pairs=True), Body(3, (4, 2), 2)
LESSONS = Lessons(networks=120, lanes=50, longest=6, rate=0.01, discount=0.99, together=4)


def world(**changes: float) -> CartPole:
    simulation = Task(steps=60).simulation
    assert simulation is not None
    return replace(CartPole.of(simulation), **changes)  # type: ignore[arg-type]


def vectors(body: Body, count: int = 6) -> Array:
    return default_rng(1).normal(size=(count, body.size)).astype(np.float32)


# --- bodies -------------------------------------------------------------------------------------------------------------


def test_the_reference_network_has_114_weights_and_its_autoencoder_137138() -> None:
    body = Body(4, (16,), 1, pairs=True)
    assert body.size == 114
    assert Body(4, (32,), 1, pairs=True).size == 226
    encoding, _ = agents(AgentsConfig(), 4, 1, Task().simulation)
    by_hand = 115 * 256 + 257 * 128 + 129 * 64 + 33 * 128 + 129 * 256 + 257 * 114
    assert encoding.counts == {"trained": by_hand, "weights": 114}


def test_the_larger_of_a_pair_acts() -> None:
    rows = vectors(PAIRED)
    inputs = default_rng(0).normal(size=(6, 8, 4))
    _, outputs = PAIRED.bind(rows).step(np.empty((6, 0, 8)), inputs)
    for row, x, answer in zip(rows.astype(np.float64), inputs, outputs, strict=True):
        first, second = row[:25].reshape(5, 5), row[25:].reshape(6, 2)
        pair = np.tanh(x @ first[:-1] + first[-1]) @ second[:-1] + second[-1]
        assert np.array_equal(answer[:, 0] > 0.5, pair[:, 1] > pair[:, 0])


@pytest.mark.parametrize("body", [PAIRED, PLAIN, Body(2, (3,), 1)])
def test_alignment_changes_nothing_and_forgets_order_and_sign(body: Body) -> None:
    rows = vectors(body)
    inputs = default_rng(0).normal(size=(6, 8, body.inputs))
    state = np.empty((6, 0, 8))
    even = aligned(body, rows)
    assert np.allclose(body.bind(even).step(state, inputs)[1], body.bind(rows).step(state, inputs)[1], atol=1e-6)
    assert np.array_equal(aligned(body, even), even)
    first, second, *rest = (matrix.copy() for matrix in body.flat.decode(list(rows)).matrices)
    turn = default_rng(2).permutation(body.hidden[0])
    signs = np.where(np.arange(body.hidden[0]) % 2, -1.0, 1.0)
    first, second[:, :-1] = (first * signs)[..., turn], (second[:, :-1] * signs[:, None])[:, turn]
    mixed = np.concatenate([matrix.reshape(6, -1) for matrix in (first, second, *rest)], axis=1)
    assert np.allclose(aligned(body, mixed), even)


# --- the cart and its learners ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pole", [1.0, 4.0])
def test_the_cart_moves_as_the_kernel_moves_it(pole: float) -> None:
    simulation = Task(pole=pole).simulation
    assert simulation is not None
    cart, rng = CartPole.of(simulation), default_rng(0)
    states, pushed = rng.uniform(-1, 1, (4, 50)) * [[2.4], [3], [0.3], [3]], rng.random(50) < 0.5
    moved = np.asarray(cart.move(jnp.asarray(states), jnp.asarray(pushed)))
    for place in range(50):
        wanted = kernels.euler(tuple(states[:, place]), 10.0 if pushed[place] else -10.0, 0.02, pole / 2)
        assert np.allclose(moved[:, place], wanted, atol=2e-6)
    assert np.array_equal(np.asarray(cart.stands(states)), (abs(states[0]) <= 2.4) & (abs(states[2]) <= np.radians(12)))


def test_other_simulations_are_refused() -> None:
    with pytest.raises(InputError, match="unknown simulation 'cart-poles'"):
        CartPole.of(Simulation("cart-poles", (1.0,), 5, 0.1, {}))


def test_episodes_end_where_the_task_says() -> None:
    """A network that always prefers one side falls after as many steps in JAX as in the task."""
    body, rows = Body(4, (5,), 1, pairs=True), np.zeros((3, PAIRED.size), np.float32)
    rows[:, -1] = 1000.0
    _, right, alive = episode(body, world(), jnp.asarray(rows), jax.random.key(0))
    assert np.asarray(right)[np.asarray(alive)].all()
    steps = np.asarray(alive).sum(axis=0)
    theirs = Task(steps=60, episodes=50).evaluate(body.bind(rows.astype(np.float64)), default_rng(0)).fitness
    assert abs(steps.mean() - theirs.mean()) < 1


def test_rewards_to_go_are_the_sums_of_what_is_to_come() -> None:
    alive = np.arange(7)[:, None] < np.array([7, 3, 1, 0])
    found = np.asarray(rewards_to_go(jnp.asarray(alive), 0.9))
    for lane, length in enumerate((7, 3, 1, 0)):
        wanted = [sum(0.9**k for k in range(length - t)) if t < length else 0.0 for t in range(7)]
        assert np.allclose(found[:, lane], wanted, atol=1e-5)


def test_a_step_follows_the_score_times_the_reward() -> None:
    """The gradient is Σ R_t ∇ ln π, by central differences of the log-probabilities written out."""
    weights = jnp.asarray(vectors(PAIRED, 2))
    states, right, alive = episode(PAIRED, world(), weights, jax.random.key(3))
    returns = rewards_to_go(alive, 0.99)
    slope = np.asarray(jax.grad(partial(surrogate, PAIRED))(weights, world().scales, states, right, returns))
    x, a, r = (
        np.asarray(array, np.float64) for array in (states.transpose(2, 0, 1) / np.array(world().scales), right.T, returns.T)
    )

    def pay_off(row: Array, lane: int) -> float:
        first, second = row[:25].reshape(5, 5), row[25:].reshape(6, 2)
        outputs = np.tanh(x[lane] @ first[:-1] + first[-1]) @ second[:-1] + second[-1]
        chosen = np.where(a[lane] > 0, outputs[:, 1], outputs[:, 0])
        return float((r[lane] * (chosen - np.logaddexp(outputs[:, 0], outputs[:, 1]))).sum())

    rows = np.asarray(weights, np.float64)
    for lane in range(2):
        for place in (0, 7, 24, 25, 36):
            step = np.zeros(PAIRED.size)
            step[place] = 1e-5
            wanted = (pay_off(rows[lane] + step, lane) - pay_off(rows[lane] - step, lane)) / 2e-5
            assert slope[lane, place] == pytest.approx(-wanted, rel=2e-3, abs=2e-3)
    assert [matrix.shape for matrix in unpacked(PAIRED, weights)] == [(2, 5, 5), (2, 6, 2)]
    fresh = {"weights": weights, "mean": 0 * weights, "square": 0 * weights, "age": jnp.zeros(2)}
    moved = learn(PAIRED, world(), 0.02, 0.99, fresh, jax.random.key(3))
    assert np.allclose(moved["weights"] - weights, -0.02 * np.sign(slope), atol=1e-4)  # the first step of Adam


def test_thousands_of_lanes_act_as_their_networks_say() -> None:
    """Chances, states and slopes of 4,096 lanes, in numpy: XLA has been seen to add up wrongly where lanes are many."""
    weights = default_rng(0).normal(0, 0.4, (4096, PAIRED.size)).astype(np.float32)
    key, cart = jax.random.key(2), world()
    states, right, alive = (np.asarray(a) for a in jax.jit(partial(episode, PAIRED, cart))(jnp.asarray(weights), key))
    first, second = weights[:, :25].reshape(-1, 5, 5).astype(float), weights[:, 25:].reshape(-1, 6, 2).astype(float)
    read = states.transpose(2, 0, 1) / np.array(cart.scales)
    hidden = np.tanh(np.einsum("bti,bih->bth", read, first[:, :-1]) + first[:, -1:])
    outputs = np.einsum("bth,bho->bto", hidden, second[:, :-1]) + second[:, -1:]
    share = 1 / (1 + np.exp(outputs[..., 0] - outputs[..., 1]))
    chances = np.asarray(jax.random.uniform(jax.random.split(key)[1], (cart.steps, 4096)))
    assert np.mean((chances < share.T) == right) > 0.9999
    returns = np.asarray(rewards_to_go(jnp.asarray(alive), 0.99))
    wanted = ((share - right.T) * returns.T).sum(axis=1)  # of the bias of the second output
    arguments = (jnp.asarray(weights), cart.scales, jnp.asarray(states), jnp.asarray(right), jnp.asarray(returns))
    slope = jax.jit(jax.grad(partial(surrogate, PAIRED)), static_argnums=1)(*arguments)
    assert np.abs(np.asarray(slope)[:, -1] - wanted).max() < 1e-3 * np.abs(wanted).max()


def collected(learners: Learners | Evolved, task: object) -> Learners | Evolved:
    while not learners.done:
        learners.advance(task)  # type: ignore[arg-type]
    return learners


def test_learners_end_after_their_terms_and_later_ones_last_longer() -> None:
    task = Task(steps=60, episodes=3)
    found = collected(Learners(PAIRED, world(), replace(LESSONS, networks=200, longest=60), 1), task)
    assert isinstance(found, Learners)
    assert np.bincount(found.terms, minlength=61).min() >= 3
    assert found.fitness.min() > 0
    assert found.fitness[found.terms > 40].mean() > 1.5 * found.fitness[found.terms < 5].mean()
    again = task.evaluate(PAIRED.bind(found.weights[:9].astype(np.float64)), default_rng(0)).fitness
    assert np.corrcoef(again, found.fitness[:9])[0, 1] > 0.5


@pytest.mark.parametrize("kind", ["learnt", "evolved"])
def test_collecting_goes_on_where_it_stopped(kind: str) -> None:
    task = Task(steps=60, episodes=2)

    def begun() -> Learners | Evolved:
        if kind == "learnt":
            return Learners(PAIRED, world(), LESSONS, 1)
        return Evolved(PLAIN_CART, Lineages(networks=60, runs=2, longest=3, kept=3, together=2), 1)

    whole = collected(begun(), task)
    stopped, after = begun(), begun()
    stopped.advance(task)
    state = {name: array.copy() for name, array in stopped.state().items()}
    collected(stopped, task)
    after.restore(state)
    collected(after, task)
    for each in (stopped, after):
        assert np.array_equal(each.weights, whole.weights)
        assert np.array_equal(each.fitness, whole.fitness)


PLAIN_CART = Body(4, (3,), 1)


def test_evolved_networks_have_the_fitness_that_the_task_gave() -> None:
    task = Agents(of="double-pole", options={"steps": 100})
    body = Body(6, (3,), 1)
    found = collected(Evolved(body, Lineages(networks=50, runs=3, longest=4, kept=2), 2), task)
    again = task.evaluate(body.bind(found.weights.astype(np.float64)), default_rng(0)).fitness
    assert np.mean(again == found.fitness) > 0.9  # weights are kept in single precision
    assert len(np.unique(found.fitness)) > 5
