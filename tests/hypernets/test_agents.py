"""Generators of whole networks: bodies, alignment, the cart in JAX, REINFORCE, evolution, autoencoders, the latent space."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.agents.bodies import Body, aligned
from hypernets.agents.cartpole import CartPole
from hypernets.agents.collection import Collection
from hypernets.agents.evolving import Evolved, Lineages
from hypernets.agents.generator import AgentsConfig, agents
from hypernets.agents.latent import LatentConfig, latent
from hypernets.agents.reinforce import Learners, Lessons, episode, learn, rewards_to_go, surrogate, unpacked
from hypernets.agents.search import AgentSearch, AgentSearchConfig
from hypernets.agents.studies import Lines, between, knowledge, plane
from hypernets.agents.vae import Fit, Fitted, Vae
from hypernets.dense import DenseConfig, dense
from neatcore.errors import InputError
from neatcore.files import save
from neatcore.interfaces import Array, Simulation
from neatcore.loop import descend
from tasks import kernels
from tasks.agents import Agents
from tasks.control import CartPole as Task
from tests.hypernets.laws import check_generator, check_policies

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


# --- generators ---------------------------------------------------------------------------------------------------------


def test_the_loss_is_the_error_and_the_divergence_by_hand() -> None:
    vae = Vae(5, (4,), 2)
    numbers = vae.initial(jax.random.key(0))
    x, key = jnp.asarray(default_rng(0).normal(size=(3, 5)), jnp.float32), jax.random.key(1)
    loss, figures = vae.loss(numbers, x, jnp.asarray(0.1), key)
    n = {name: np.asarray(array, np.float64) for name, array in numbers.items()}
    coded = np.maximum(np.asarray(x) @ n["encoder1.kernel"], 0) @ n["encoder2.kernel"]
    mean, logarithm = coded[:, :2], coded[:, 2:]
    z = mean + np.exp(logarithm / 2) * np.asarray(jax.random.normal(key, (3, 2)))
    made = np.maximum(z @ n["decoder1.kernel"], 0) @ n["decoder2.kernel"]
    error = np.mean((made - np.asarray(x)) ** 2)
    divergence = np.mean(np.sum((np.exp(logarithm) + mean**2 - 1 - logarithm) / 2, axis=1))
    assert float(figures["error"]) == pytest.approx(error, rel=1e-4)
    assert float(figures["divergence"]) == pytest.approx(divergence, rel=1e-4)
    assert float(loss) == pytest.approx(error + 0.1 * divergence, rel=1e-4)


@pytest.fixture(scope="module")
def fit() -> Fit:
    """An autoencoder of vectors that lie near a plane."""
    rng = default_rng(0)
    rows = (rng.normal(size=(600, 2)) @ rng.normal(size=(2, 12)) + 0.05 * rng.normal(size=(600, 12)) + 3).astype(np.float32)
    found = Fit(Vae(12, (32, 16), 4), rows, jax.random.key(0))
    for number in range(30):
        figures = found.learn(50, 4e-3, 0.01 * min(1, number / 10), default_rng(number))
    assert figures["error"] < 0.2
    return found


def test_what_is_made_is_like_what_was_fitted_to(fit: Fit) -> None:
    found = Fitted.of(fit.vae, fit.vector)
    rows = np.asarray(fit.standard) * found.numbers["deviation"] + found.numbers["mean"]
    made = found.draw(2000, default_rng(0), posterior=True)
    assert np.allclose(made.mean(axis=0), rows.mean(axis=0), atol=0.3)
    assert np.corrcoef(np.cov(made.T).ravel(), np.cov(rows.T).ravel())[0, 1] > 0.9
    assert np.abs(found.make(found.embed(rows)) - rows).mean() < 0.4 * np.abs(rows - rows.mean(axis=0)).mean()
    assert found.variety(default_rng(0)) > 0.3


def test_a_generator_that_always_makes_the_same_has_no_variety(fit: Fit) -> None:
    numbers = {**Fitted.of(fit.vae, fit.vector).numbers}
    numbers["decoder1.kernel"] = 0 * numbers["decoder1.kernel"]
    assert Fitted(fit.vae, numbers).variety(default_rng(0)) < 1e-12


def test_a_crowd_draws_and_acts_as_its_middle() -> None:
    encoding, model = agents(AgentsConfig(hidden=(5,), widths=(8,), latent=3), 4, 1, Task().simulation)
    genomes = [default_rng(k).normal(0, 0.3, encoding.space.size) for k in range(3)]
    crowd = model.bind(encoding.decode(genomes))
    inputs = default_rng(0).random((3, 4, 4))
    _, outputs = crowd.step(crowd.reset(4), inputs)
    _, alone = crowd.take(np.array([2])).step(crowd.reset(4)[2:], inputs[2:])
    assert np.allclose(alone, outputs[2:], atol=1e-12)
    assert np.ptp(outputs) > 0
    drawn = crowd.draw(1, 7, default_rng(0))  # type: ignore[attr-defined]
    assert drawn.size == 7
    empty = encoding.generate(encoding.initial(jax.random.key(0)))
    assert not np.asarray(empty["deviation"]).any()


def test_the_latent_space_keeps_the_laws_of_a_generator(tmp_path: Path) -> None:
    body = Body(1, (3,), 1, pairs=False)
    assert body.size == 10
    vae = Vae(10, (6,), 3)
    save(
        tmp_path / "made.npz",
        np.asarray(vae.packing.pack(vae.initial(jax.random.key(0)) | {"deviation": jnp.ones(10)}), np.float64),
    )
    known = {"hidden": (3,), "pairs": False, "widths": (6,), "latent": 3}
    config = LatentConfig(generator=str(tmp_path / "made.npz"), ends=(1, 1), **known)  # type: ignore[arg-type]
    encoding, network = latent(config, 1, 1)
    check_generator(encoding, network)
    check_policies(encoding, network, [default_rng(k).normal(size=3) for k in range(3)])
    with pytest.raises(InputError, match="makes networks of 1 inputs and 1 output; this task needs 6 inputs and 2 outputs"):
        latent(config, 6, 2)
    with pytest.raises(InputError, match="numbers, a generator with these options"):
        latent(config.model_copy(update={"latent": 2}), 1, 1)
    with pytest.raises(InputError, match="which generator"):
        latent(LatentConfig(), 4, 1)
    with pytest.raises(InputError, match="genomes of shape"):
        encoding.decode([np.zeros(2)])


# --- the search ---------------------------------------------------------------------------------------------------------

SMALL = AgentSearchConfig(networks=400, lanes=50, longest=60, warm=2, batch=16, beta=0.001)


def searching(task: Agents, config: AgentSearchConfig = SMALL) -> tuple[AgentSearch, object, object]:
    encoding, model = agents(AgentsConfig(hidden=(5,), widths=(32,), latent=6), task.inputs, task.outputs, task.simulation)
    search = AgentSearch(config, encoding.space, default_rng(0))
    search.follow(encoding, model, task)
    return search, encoding, model


@pytest.fixture(scope="module")
def searched() -> tuple[AgentSearch, Agents]:
    """A search of cart-pole after eight passes."""
    task = Agents(options={"steps": 60, "episodes": 3}, drawn=50)
    search, encoding, model = searching(task)
    for generation in descend(search, encoding, model, task, default_rng(1)):  # type: ignore[arg-type]
        if not search.passes:
            assert generation.evaluation.fitness[0] < 11  # a generator that is not fitted makes networks without weights
        if search.passes == 8:
            break
    assert generation.report["collected"] == 1
    assert generation.report["groups"]["all"] == 400
    assert generation.report["variety"] > 0.02
    return search, task


def test_groups_are_quarters_of_an_episode(searched: tuple[AgentSearch, Agents]) -> None:
    found = searched[0].collection
    assert found is not None
    assert found.names == ["1–15", "16–30", "31–45", "46–60", "all"]
    assert sum(found.counts) == 400
    for place, members in enumerate(found.members[:-1]):
        assert ((found.fitness[members] > 15 * place) & (found.fitness[members] <= 15 * (place + 1))).all()
    quartiles = Collection.of(PAIRED, found.raw, np.arange(400.0)[::-1], 0, align=False)
    assert quartiles.counts == [100] * 4
    assert quartiles.names[0] == "to 99.75"


def test_a_search_goes_on_where_it_stopped(searched: tuple[AgentSearch, Agents]) -> None:
    search, task = searched
    state = {name: np.array(array) for name, array in search.state().items()}
    other, _, _ = searching(task)
    other.restore(state)
    for each in (search, other):
        each.advance(default_rng(0))
    assert search.report() == other.report()
    assert np.array_equal(search.genomes[0], other.genomes[0])


def test_generators_of_better_groups_make_better_networks(searched: tuple[AgentSearch, Agents]) -> None:
    search, task = searched
    means = [
        task.evaluate(
            search.body.bind(search.fitted(place).draw(200, default_rng(0), posterior=True)), default_rng(0)
        ).fitness.mean()
        for place in sorted(search.fits)
    ]
    assert means[0] < means[-2]
    with pytest.raises(InputError, match="no generator"):
        search.fitted(9)


def test_lines_begin_and_end_at_the_networks_themselves(searched: tuple[AgentSearch, Agents]) -> None:
    search, task = searched
    found = search.collection
    assert found is not None
    rows = np.array([0, 1, 2]), np.array([7, 8, 9])
    lines = between(found, search.fitted(4), task.inner, rows, 0)
    ends = [int(np.argmin(abs(lines.shares - end))) for end in (0, 1)]
    policy = search.body.bind(found.raw[np.concatenate(rows)].astype(np.float64))
    wanted = task.inner.evaluate(policy, default_rng(0)).fitness.reshape(2, 3)
    assert np.array_equal(lines.weights[ends], wanted)
    assert np.allclose(lines.aligned[ends], wanted, atol=2)


def test_a_bend_is_the_distance_from_the_straight_line() -> None:
    shares = np.linspace(-1, 2, 13)
    straight, bent = 10 + 4 * shares[:, None], 10 + 4 * shares[:, None] + 6 * (shares[:, None] == 0.5)
    lines = Lines(shares, straight, bent, np.concatenate([bent, straight - (bent - straight)], axis=1))
    assert lines.bend(straight) == pytest.approx(0, abs=1e-9)
    assert lines.bend(bent) == pytest.approx(2)
    assert lines.bend(lines.aligned) == pytest.approx(2)
    assert lines.mean_bend(lines.aligned) == pytest.approx(0, abs=1e-9)


def test_what_an_embedding_knows() -> None:
    rng = default_rng(0)
    codes = rng.normal(size=(3000, 4))
    known = knowledge(codes, rng.normal(size=(3000, 6)), 3 * codes[:, 1], rng)
    assert known.linear > 0.99
    assert abs(known.weights) < 0.05
    assert np.abs(known.guide) == pytest.approx([0, 1, 0, 0], abs=0.02)
    curved = knowledge(codes, codes, codes[:, 0] * codes[:, 2], rng)
    assert abs(curved.linear) < 0.05
    assert curved.squares > 0.95
    stretched = codes * [1, 1, 5, 1]
    flat = plane(stretched, known.guide)
    assert np.corrcoef(flat[:, 0], codes[:, 1])[0, 1] > 0.99
    assert abs(np.corrcoef(flat[:, 1], codes[:, 2])[0, 1]) > 0.99


def test_only_generators_of_networks_are_searched() -> None:
    encoding, model = dense(DenseConfig(hidden=(3,)), 4, 1)
    search = AgentSearch(SMALL, encoding.space, default_rng(0))
    with pytest.raises(InputError, match="train agents task=cartpole"):
        search.follow(encoding, model, Task())
