"""CPPNs through JAX: values of the compiled evaluator, gradients of the obvious one, one compiled function for many genomes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from numpy.random import default_rng

from hypernets import cppn
from hypernets.cppn import query
from hypernets.programs import SMALLEST, padded, program
from neatcore import activations
from neatcore.activations import BUILT_IN, NAMES
from neatcore.cppn import query as compiled
from neatcore.errors import InputError
from neatcore.genome import HIDDEN, Genome
from neatcore.neat import NeatConfig
from tests.hypernets import oracles
from tests.neatcore.growing import grown
from tests.neatcore.test_cppn import cppn as of_every_activation

SMOOTH = ("logistic", "tanh", "gaussian", "sine", "cosine", "signed_sigmoid", "signed_gaussian", "linear")
WILD = NeatConfig(
    population=12,
    add_node=0.5,
    add_link=0.6,
    toggle=0.1,
    exclusive=False,
    activations=dict.fromkeys(NAMES[:BUILT_IN], 1.0),
    output_activation="signed_sigmoid",
)


def genomes(generations: int, names: tuple[str, ...] = tuple(NAMES[:BUILT_IN])) -> list[Genome]:
    config = WILD.model_copy(update={"activations": dict.fromkeys(names, 1.0)})
    return list(grown(generations, recurrent=False, generations=generations, config=config, inputs=4))


def asked(genome: Genome, points: np.ndarray) -> np.ndarray:
    return np.asarray(query(program(genome, points.shape[1]), jnp.asarray(genome.links["weight"], jnp.float32), jnp.asarray(points)))


@pytest.mark.parametrize("generations", [1, 4, 15, 60])
def test_values_are_those_of_the_compiled_evaluator(generations: int) -> None:
    points = default_rng(1).uniform(-1, 1, (300, 4)).astype(np.float32)
    population = genomes(generations)
    for genome, wanted in zip(population, compiled(population, points)):
        assert np.allclose(asked(genome, points), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_values_of_a_genome_with_every_activation(seed: int) -> None:
    genome, points = of_every_activation(5, 3, seed), default_rng(seed).uniform(-1, 1, (200, 5)).astype(np.float32)
    wanted = compiled([genome], points, bias=0.3)[0]
    weights = jnp.asarray(genome.links["weight"], jnp.float32)
    found = query(program(genome, 5), weights, jnp.asarray(points), 0.3)
    assert np.allclose(found, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("generations", [1, 4, 30])
def test_gradients_are_those_that_jax_finds_itself(generations: int) -> None:
    rng = default_rng(generations)
    points = jnp.asarray(rng.uniform(-1, 1, (50, 4)), jnp.float32)
    for genome in genomes(generations)[:2]:
        shares, weights = jnp.asarray(rng.normal(size=(2, 50)), jnp.float32), jnp.asarray(genome.links["weight"], jnp.float32)
        made = program(genome, 4)
        found = jax.grad(lambda w, x, b: (shares * query(made, w, x, b)).sum(), (0, 1, 2))(weights, points, 0.7)
        wanted = jax.grad(lambda w, x, b: (shares * oracles.answers(genome, w, x, b)).sum(), (0, 1, 2))(weights, points, 0.7)
        for one, other in zip(found, wanted):
            assert np.allclose(one, other, rtol=1e-4, atol=1e-4 * float(1 + jnp.abs(other).max()))


def test_gradients_are_the_central_differences_of_the_compiled_evaluator() -> None:
    rng, points, step = default_rng(7), default_rng(3).uniform(-1, 1, (400, 4)).astype(np.float32), 2e-2
    genome = max(genomes(12, SMOOTH), key=lambda genome: genome.hidden)
    shares = rng.normal(size=(2, len(points)))

    def total(place: int, moved: float) -> float:
        links = genome.links.copy()
        links["weight"][place] += moved
        return float((shares * compiled([Genome(genome.nodes, links)], points)[0]).sum())

    made = program(genome, 4)
    slope = jax.grad(lambda w: (jnp.asarray(shares, jnp.float32) * query(made, w, points)).sum())(
        jnp.asarray(genome.links["weight"], jnp.float32)
    )
    wanted = [(total(place, step) - total(place, -step)) / (2 * step) for place in range(len(genome.links))]
    assert np.allclose(slope, wanted, rtol=2e-2, atol=2e-2 * np.abs(wanted).max())
    assert np.abs(wanted).max() > 1.0


def test_jax_agrees_with_itself() -> None:
    genome = max(genomes(12, SMOOTH), key=lambda genome: genome.hidden)
    made, points = program(genome, 4), jnp.asarray(default_rng(3).uniform(-1, 1, (40, 4)), jnp.float32)
    weights = jnp.asarray(genome.links["weight"], jnp.float32)
    check_grads(lambda w, x, b: query(made, w, x, b), (weights, points, 1.0), 1, modes=["rev"], atol=2e-2, rtol=2e-2, eps=1e-2)


def test_links_that_no_output_hears_change_nothing_and_have_no_gradient() -> None:
    for genome in genomes(20)[:4]:
        made = program(genome, 4)
        silent = ~made.heard[: len(genome.links)]
        assert (silent >= ~genome.links["enabled"]).all()
        weights = jnp.asarray(genome.links["weight"], jnp.float32)
        slope = jax.grad(lambda w, made=made: query(made, w, jnp.ones((3, 4))).sum())(weights)
        assert (np.asarray(slope)[silent] == 0).all()
        other = weights + 5 * silent
        assert np.array_equal(query(made, other, jnp.ones((3, 4))), query(made, weights, jnp.ones((3, 4))))
    assert silent.any()


@pytest.mark.parametrize("count", [1, 33, cppn.BLOCK, cppn.BLOCK + 1, 3 * cppn.BLOCK - 5])
def test_blocks_do_not_show(count: int) -> None:
    genome = genomes(4)[0]
    points = default_rng(2).uniform(-1, 1, (count, 4)).astype(np.float32)
    weights, made = jnp.asarray(genome.links["weight"], jnp.float32), program(genome, 4)
    assert np.allclose(asked(genome, points), compiled([genome], points)[0], rtol=2e-5, atol=2e-5)
    slope = jax.grad(lambda w: query(made, w, points).mean())(weights)
    wanted = jax.grad(lambda w: oracles.answers(genome, w, jnp.asarray(points)).mean())(weights)
    assert np.allclose(slope, wanted, rtol=1e-3, atol=1e-5)


def test_one_compiled_function_serves_all_genomes_up_to_a_size() -> None:
    calls = []

    def counted(made: object, weights: jax.Array, points: jax.Array) -> jax.Array:
        calls.append(0)
        return query(made, weights, points)  # type: ignore[arg-type]

    slope, points = jax.jit(jax.grad(lambda w, m, x: counted(m, w, x).sum())), jnp.ones((5, 4))
    programs = [(genome, program(genome, 4)) for genome in [*genomes(2), *genomes(6)]]
    for genome, made in programs:
        slope(padded(genome.links["weight"], made), made, points)
    assert len({genome.hidden for genome, _ in programs}) > 3
    assert len(calls) == len({len(made.codes) for _, made in programs}) <= 2


def test_programs_grow_in_powers_of_two() -> None:
    assert [len(program(genome, 4).codes) for genome in genomes(1)[:2]] == [SMALLEST] * 2
    genome = max(genomes(60), key=lambda genome: genome.hidden)
    made = program(genome, 4)
    assert len(made.codes) & (len(made.codes) - 1) == 0
    assert len(made.heard) == 4 * len(made.codes) > len(genome.links)


@pytest.mark.usefixtures("registering")
def test_what_cannot_be_computed_is_refused() -> None:
    genome = genomes(1)[0]
    with pytest.raises(InputError, match="4 inputs, not 3"):
        program(genome, 3)
    loops = grown(3, recurrent=True, inputs=4)
    with pytest.raises(InputError, match="close a cycle"):
        program(next(each for each in loops if (each.links["source"] == each.links["target"]).any()), 4)
    nodes = genomes(20)[0].nodes.copy()
    nodes["activation"][nodes["kind"] == HIDDEN] = activations.register("wave", lambda x: x - x**3)
    with pytest.raises(InputError, match="activation wave"):
        program(Genome(nodes, genomes(20)[0].links), 4)
