"""CPPNs through JAX: values of the compiled evaluator, gradients of the obvious one, one compiled function for many genomes."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets import cppn
from hypernets.cppn import query
from hypernets.programs import SMALLEST, Program, padded, program
from neatcore import activations
from neatcore.activations import BUILT_IN, NAMES
from neatcore.cppn import query as compiled
from neatcore.errors import InputError
from neatcore.genome import HIDDEN, Genome
from neatcore.interfaces import Floats
from neatcore.neat import NeatConfig
from tests.hypernets import node_by_node
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


Slopes = tuple[jax.Array, jax.Array, jax.Array]


def asked(genome: Genome, points: Floats, bias: float = 1.0) -> Floats:
    return np.asarray(query(program(genome, points.shape[1]), weights_of(genome), jnp.asarray(points), bias))


def weights_of(genome: Genome) -> jax.Array:
    return jnp.asarray(genome.links["weight"], jnp.float32)


@jax.jit
def slopes(made: Program, weights: jax.Array, points: jax.Array, bias: float, shares: jax.Array) -> Slopes:
    """Of weights (W,), points and bias: the gradient of the answers (O, Q), weighed and added up."""

    def total(weights: jax.Array, points: jax.Array, bias: jax.Array) -> jax.Array:
        return (shares * query(made, weights, points, bias)).sum()

    return jax.grad(total, (0, 1, 2))(weights, points, jnp.asarray(bias))


def slopes_of(genome: Genome, points: Floats, shares: Floats, bias: float = 1.0) -> Slopes:
    """The same of a genome; of its links' weights (L,)."""
    made = program(genome, points.shape[1])
    padding = jnp.asarray(padded(genome.links["weight"], made))
    found, *rest = slopes(made, padding, jnp.asarray(points), bias, jnp.asarray(shares, jnp.float32))
    return found[: len(genome.links)], rest[0], rest[1]


def drawn(seed: int, count: int = 50) -> tuple[Floats, Floats]:
    """Points (Q, 4) and shares (2, Q)."""
    rng = default_rng(seed)
    return rng.uniform(-1, 1, (count, 4)).astype(np.float32), rng.normal(size=(2, count)).astype(np.float32)


def test_values_are_those_of_the_compiled_evaluator() -> None:
    points, _ = drawn(1)
    population = genomes(30)
    for genome, wanted in zip(population, compiled(population, points)):
        assert np.allclose(asked(genome, points), wanted, rtol=1e-4, atol=1e-4)


def test_values_of_genomes_with_every_activation() -> None:
    points = default_rng(1).uniform(-1, 1, (200, 5)).astype(np.float32)
    for seed in range(4):
        genome = of_every_activation(5, 3, seed)
        assert np.allclose(asked(genome, points, 0.3), compiled([genome], points, bias=0.3)[0], rtol=1e-4, atol=1e-4)


def test_gradients_are_those_that_jax_finds_of_the_obvious_way() -> None:
    points, shares = drawn(1)

    def total(genome: Genome, weights: jax.Array, points: jax.Array, bias: jax.Array) -> jax.Array:
        return (shares * node_by_node.answers(genome, weights, points, bias)).sum()

    for genome in genomes(30)[:2]:
        wanted = jax.jit(jax.grad(partial(total, genome), (0, 1, 2)))(weights_of(genome), jnp.asarray(points), jnp.asarray(0.7))
        for one, other in zip(slopes_of(genome, points, shares, 0.7), wanted):
            assert np.allclose(one, other, rtol=1e-4, atol=1e-4 * float(1 + jnp.abs(other).max()))


def test_gradients_are_the_central_differences_of_the_compiled_evaluator() -> None:
    (points, shares), step = drawn(7), 2e-2
    genome = max(genomes(12, SMOOTH), key=lambda genome: genome.hidden)

    def total(place: int, moved: float) -> float:
        links = genome.links.copy()
        links["weight"][place] += moved
        return float((shares * compiled([Genome(genome.nodes, links)], points)[0]).sum())

    found, _, _ = slopes_of(genome, points, shares)
    wanted = [(total(place, step) - total(place, -step)) / (2 * step) for place in range(len(genome.links))]
    assert np.allclose(found, wanted, rtol=2e-2, atol=2e-2 * np.abs(wanted).max())
    assert np.abs(wanted).max() > 0.5


def test_links_that_no_output_hears_change_nothing_and_have_no_gradient() -> None:
    points, shares = drawn(3)
    for genome in genomes(20)[:4]:
        silent = ~program(genome, 4).heard[: len(genome.links)]
        assert (silent >= ~genome.links["enabled"]).all()
        assert (np.asarray(slopes_of(genome, points, shares)[0])[silent] == 0).all()
        links = genome.links.copy()
        links["weight"][silent] += 5.0
        assert np.array_equal(asked(Genome(genome.nodes, links), points), asked(genome, points))
    assert silent.any()


@pytest.mark.parametrize("count", [33, cppn.BLOCK + 1])
def test_blocks_do_not_show(count: int) -> None:
    genome, (points, shares) = genomes(4)[0], drawn(2, count)
    assert np.allclose(asked(genome, points), compiled([genome], points)[0], rtol=2e-5, atol=2e-5)
    wanted = jax.grad(lambda w: (shares * node_by_node.answers(genome, w, jnp.asarray(points))).sum())(weights_of(genome))
    assert np.allclose(slopes_of(genome, points, shares)[0], wanted, rtol=1e-3, atol=1e-3)


def test_one_compiled_function_serves_all_genomes_up_to_a_size() -> None:
    (points, shares), programs = drawn(5), [(genome, program(genome, 4)) for genome in [*genomes(2), *genomes(6)]]
    before = slopes._cache_size()  # type: ignore[attr-defined]
    for genome, _ in programs:
        slopes_of(genome, points, shares)
    assert len({genome.hidden for genome, _ in programs}) > 3
    sizes = {len(made.codes) for _, made in programs}
    assert slopes._cache_size() - before <= len(sizes) <= 2  # type: ignore[attr-defined]


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
