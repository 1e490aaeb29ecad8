"""Generators of whole networks: autoencoders, the latent space, the search that fits them, lines between networks."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.agents.bodies import Body, aligned
from hypernets.agents.collection import Collection
from hypernets.agents.generator import AgentsConfig, agents
from hypernets.agents.latent import LatentConfig, latent
from hypernets.agents.search import AgentSearch, AgentSearchConfig
from hypernets.agents.studies import Lines, between, knowledge, plane
from hypernets.agents.vae import Fit, Fitted, Vae
from hypernets.dense import DenseConfig, dense
from neatcore.errors import InputError
from neatcore.files import save
from neatcore.loop import descend
from tasks.agents import Agents
from tasks.control import CartPole as Task
from tests.hypernets.laws import check_generator, check_gradient, check_policies

PAIRED, PLAIN = Body(4, (5,), 1, pairs=True), Body(3, (4, 2), 2)


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


def test_the_gradient_of_the_loss_is_the_central_difference() -> None:
    vae = Vae(5, (4,), 2)
    with jax.enable_x64():
        x = jnp.asarray(default_rng(0).normal(size=(3, 5)))
        z = jnp.asarray(vae.packing.pack(vae.initial(jax.random.key(0))), jnp.float64)
        used = vae.packing.size - 2 * 5 - 2 * 2  # what standardises weights and embeddings is measured, not learnt

        def loss(learnt: jax.Array) -> jax.Array:
            numbers = vae.packing.unpack(jnp.concatenate([learnt, z[used:]]))
            return vae.loss(numbers, x, jnp.asarray(0.1), jax.random.key(1))[0]

        check_gradient(loss, z[:used] + 0.1)


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
    odd = Collection.of(PAIRED, found.raw, np.arange(400.0) % 50 + 1, 50, align=False)
    assert odd.names == ["1–12", "13–25", "26–37", "38–50", "all"]
    assert [odd.fitness[members].max() for members in odd.members] == [12, 25, 37, 50, 50]
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
    assert lines.bend(bent + 3, straight) == pytest.approx(3 + 2)
    assert lines.ends(straight).tolist() == [[10], [14]]
    assert lines.bend(lines.aligned) == pytest.approx(2)
    assert lines.mean_bend(lines.aligned) == pytest.approx(0, abs=1e-9)


def test_what_an_embedding_knows() -> None:
    rng = default_rng(0)
    codes = rng.normal(size=(3000, 4))
    body = Body(1, (2,), 1)
    weights = rng.normal(size=(3000, body.size))
    known = knowledge(Collection.of(body, weights, 3 * codes[:, 1], 0, align=False), codes, rng)
    assert known.linear > 0.99
    assert max(abs(known.weights), abs(known.aligned)) < 0.05
    assert np.abs(known.guide) == pytest.approx([0, 1, 0, 0], abs=0.02)
    curved = knowledge(Collection.of(body, weights, codes[:, 0] * codes[:, 2], 0, align=False), codes, rng)
    assert abs(curved.linear) < 0.05
    assert curved.squares > 0.95
    strength = aligned(body, weights)[:, body.size - 3]  # with which the first hidden unit pushes
    even = knowledge(Collection.of(body, weights, strength, 0, align=False), codes, rng)
    assert even.aligned > 0.99
    assert even.weights < 0.2
    stretched = codes * [1, 1, 5, 1]
    flat = plane(stretched, known.guide)
    assert np.corrcoef(flat[:, 0], codes[:, 1])[0, 1] > 0.99
    assert abs(np.corrcoef(flat[:, 1], codes[:, 2])[0, 1]) > 0.99


def test_only_generators_of_networks_are_searched() -> None:
    encoding, model = dense(DenseConfig(hidden=(3,)), 4, 1)
    search = AgentSearch(SMALL, encoding.space, default_rng(0))
    with pytest.raises(InputError, match="train agents task=cartpole"):
        search.follow(encoding, model, Task())


def test_keys_of_the_other_source_of_networks_are_told() -> None:
    with pytest.raises(InputError, match="kept=9: this task learns networks by REINFORCE, and kept is of one that evolves them"):
        searching(Agents(), AgentSearchConfig(kept=9))
    with pytest.raises(InputError, match="longest=3: this task evolves networks, and longest is of one that learns them"):
        searching(Agents(of="double-pole"), AgentSearchConfig(longest=3))


def test_groups_have_names_of_their_own_where_many_do_equally_well() -> None:
    def names(*edges: float) -> list[str]:
        nothing = np.zeros(0)
        return Collection(PLAIN, nothing, nothing, nothing, np.array(edges), False).names

    assert names(1.0, 20.0, 300.0) == ["to 1", "to 20", "to 300", "above 300", "all"]
    assert names(1000.1, 1000.2, 1000.35)[:3] == ["to 1000.1", "to 1000.2", "to 1000.4"]
    assert names(24.75, 1000.0, 1000.0) == ["to 24.75", "to 1000", "to 1000′", "above 1000′", "all"]
