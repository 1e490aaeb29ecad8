"""Learning within a lifetime: what a genome learns, what is inherited, what is told where nothing can be learnt."""

from __future__ import annotations

from itertools import islice
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.lifetime import LearningConfig, Lifetime, lifetime
from neatcore.cma import Cma, CmaConfig
from neatcore.errors import DivergenceError, InputError
from neatcore.genome import Genomes
from neatcore.interfaces import Generation, Inheriting
from neatcore.loop import evolve
from neatcore.neat import Neat, NeatConfig
from neatcore.nets import DirectConfig, direct
from neatcore.perceptron import MlpConfig, mlp
from substrates.hyperneat import CppnConfig, hyperneat
from tasks.boolean import Xor
from tasks.denoising import Denoise
from tests.hypernets import node_by_node
from tests.hypernets.teaching import Counting, Sides

SOME = LearningConfig(steps=3, rate=0.05, batch=20)
NEAT = NeatConfig(population=6, add_node=0.5, add_link=0.5, activations={"tanh": 1.0, "gaussian": 1.0}, output_activation="linear")


@pytest.fixture(scope="module")
def learner() -> Lifetime:
    """Of genomes that are their networks; compiled once for all tests."""
    return lifetime(SOME, *direct(DirectConfig(), 2, 2), Sides())


def population(generations: int = 6) -> Genomes:
    encoding, _ = direct(DirectConfig(), 2, 2)
    neat = Neat(NEAT, encoding.space, default_rng(1))
    for _ in range(generations):
        neat.tell(np.arange(len(neat.ask())) % 3.0)
    return neat.ask()


def test_a_genome_learns_alone_what_it_learns_among_others(learner: Lifetime) -> None:
    genomes = population()
    together = learner.improve(genomes, default_rng(4))
    assert all(learner.improve([genome], default_rng(4))[0] == after for genome, after in zip(genomes, together))
    assert all(before != after for before, after in zip(genomes, together))
    assert np.array_equal(together.nodes, genomes.nodes)
    assert all(np.array_equal(together.links[name], genomes.links[name]) for name in ("innovation", "source", "target", "enabled"))
    silent = ~together.links["enabled"]
    assert silent.any()
    assert np.array_equal(together.links["weight"][silent], genomes.links["weight"][silent])
    assert list(learner.improve(genomes, default_rng(5))) != list(together)


def test_a_step_is_the_slope_times_the_rate() -> None:
    """SGD without momentum on one batch of all examples: the mean loss of the obvious way, differentiated by JAX."""
    config, task = LearningConfig(steps=1, rate=0.1, batch=1000, optimizer="sgd", momentum=0.0, clip=0.0), Sides()
    genome = max(population(), key=lambda genome: genome.hidden)
    (points, sides) = next(task.batches(1000, default_rng(0)))

    def loss(weights: jax.Array) -> jax.Array:
        logits = node_by_node.answers(genome, weights, jnp.asarray(points)).T
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), jnp.asarray(sides)[:, None], 1).mean()

    before = jnp.asarray(genome.links["weight"], jnp.float32)
    learnt = lifetime(config, *direct(DirectConfig(), 2, 2), task).improve([genome], default_rng(0))[0]
    np.testing.assert_allclose(learnt.links["weight"], before - 0.1 * jax.jit(jax.grad(loss))(before), atol=1e-5)


def test_what_is_learnt_shows(learner: Lifetime) -> None:
    genomes = population()
    for _ in range(10):
        genomes = learner.improve(genomes, default_rng(0))
    lesson = learner.report()["lesson"]
    assert lesson["steps"] == len(genomes) * SOME.steps
    assert lesson["last"] < 0.5 < 0.69  # guessing costs log 2


def test_who_learns_numbers_that_are_not_finite_has_learnt_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wild, genomes = lifetime(SOME, *direct(DirectConfig(), 2, 2), Sides()), population(2)
    usual, taught = wild.improve(genomes, default_rng(0)), wild._taught
    lost = [True]

    def one_is_lost(*given: Any) -> Any:
        links, losses = taught(*given)
        return (links * jnp.nan if lost and lost.pop() else links), losses

    monkeypatch.setattr(wild, "_taught", one_is_lost)
    assert list(wild.improve(genomes, default_rng(0))) == [genomes[0], *usual[1:]]
    rash = lifetime(SOME.model_copy(update={"rate": 3e38, "clip": 0.0}), *direct(DirectConfig(), 2, 2), Sides())
    with pytest.raises(DivergenceError, match=r"of all \d+ genomes the lessons end in numbers that are not finite"):
        rash.improve(genomes, default_rng(0))


def turns(learner: Lifetime | None, inherited: bool, count: int = 3) -> tuple[list[Generation[Any]], Neat]:
    rng = default_rng(3)
    encoding, model = direct(DirectConfig(), 2, 2)
    neat = Neat(NEAT, encoding.space, rng)
    return list(islice(evolve(neat, encoding, model, Sides(), rng, learner=learner, inherited=inherited), count)), neat


def test_lamarck_inherits_and_baldwin_does_not(learner: Lifetime) -> None:
    """Both evaluate what was learnt; the search goes on with that, or with what was born, as it does where nothing is learnt."""
    (lamarck, heir), (baldwin, born), (none, plain) = turns(learner, True, 1), turns(learner, False, 1), turns(None, False, 1)
    assert isinstance(heir, Inheriting)
    assert np.array_equal(lamarck[0].evaluation.fitness, baldwin[0].evaluation.fitness)
    assert list(lamarck[0].genomes) == list(baldwin[0].genomes) == list(heir.population)
    assert list(born.population) == list(plain.population) == list(none[0].genomes) != list(heir.population)
    assert (baldwin[0].evaluation.fitness != none[0].evaluation.fitness).any()
    assert "lesson" not in none[0].report


def test_the_same_seed_gives_the_same_run(learner: Lifetime) -> None:
    (first, _), (second, _) = turns(learner, True), turns(learner, True)
    assert all(list(one.genomes) == list(other.genomes) for one, other in zip(first, second, strict=True))
    assert first[-1].evaluation.fitness.mean() > first[0].evaluation.fitness.mean()


def test_inherited_weights_stay_within_the_limit_of_the_search(learner: Lifetime) -> None:
    encoding, _ = direct(DirectConfig(), 2, 2)
    neat = Neat(NEAT.model_copy(update={"weight_limit": 0.5}), encoding.space, default_rng(0))
    genomes = Genomes.of(neat.ask())
    links = genomes.links.copy()
    links["weight"] = np.linspace(-2, 2, len(links))
    kept = neat.inherit(genomes.with_links(links))
    assert np.array_equal(kept.links["weight"], np.clip(links["weight"], -0.5, 0.5))
    with pytest.raises(InputError, match="other genes than the population"):
        neat.inherit(list(genomes)[:3])
    neat.tell(np.zeros(len(genomes)))
    with pytest.raises(InputError, match="nothing is inherited after tell"):
        neat.inherit(genomes)


def test_painted_networks_learn_too() -> None:
    task = Denoise(shrink=4, training=40)
    encoding, model = hyperneat(CppnConfig(hidden=((2, 2),)), task.inputs, task.outputs, task.places)
    neat = Neat(NeatConfig(population=3), encoding.space, default_rng(0))
    learner = lifetime(LearningConfig(steps=15, rate=0.05, batch=40), encoding, model, task)
    before = neat.ask()
    after = learner.improve(before, default_rng(0))
    errors = [-task.evaluate(model.bind(encoding.decode(genomes)), default_rng(1)).fitness for genomes in (before, after)]
    assert (errors[1] < errors[0]).all()
    lesson = learner.report()["lesson"]
    assert lesson["last"] < lesson["first"]
    assert lesson["last"] == pytest.approx(np.median(errors[1]), rel=0.3)


def test_where_nothing_can_be_learnt_it_is_told() -> None:
    plain, model = direct(DirectConfig(), 2, 1)
    with pytest.raises(InputError, match="task Xor has no examples to learn from, which learning within a lifetime needs"):
        lifetime(SOME, plain, model, Xor())
    with pytest.raises(InputError, match=r"leave out recurrent=true"):
        lifetime(SOME, *direct(DirectConfig(recurrent=True), 2, 2), Sides())
    with pytest.raises(
        InputError, match=r"genomes of this encoding have no weights to learn .* use encoding=cppn, hyperneat or direct"
    ):
        lifetime(SOME, *mlp(MlpConfig(), 2, 2), Sides())
    with pytest.raises(InputError, match="task Counting teaches in sequences"):  # before there is a run
        lifetime(SOME, *direct(DirectConfig(), 3, 3), Counting())


def test_a_search_that_cannot_inherit_is_told(learner: Lifetime) -> None:
    encoding, model = mlp(MlpConfig(), 2, 2)
    search, rng = Cma(CmaConfig(), encoding.space, default_rng(0)), default_rng(0)
    with pytest.raises(InputError, match=r"genomes of this search cannot inherit .* use search=neat, or gradient=baldwinian"):
        next(evolve(search, encoding, model, Sides(), rng, learner=learner, inherited=True))  # type: ignore[arg-type]
