"""The work of `benchmarks.gradient_speed`, ours and PyTorch's; each contestant answers arrays by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.recurrent_speed import Work, contestants
from hypernets.convnet import ConvNet
from hypernets.dense import Dense
from hypernets.generated import perceptrons as generated
from hypernets.losses import cross_entropy
from hypernets.packing import Packing
from hypernets.recurrent import HyperLstm, Recurrent
from hypernets.static import StaticHypernet

OURS, SYMBOLS = "neatcore", 50
FIRST = "neatcore, weights made first"
EMBEDDING, LANES = 8, 64
SIZES = (8, 32, 32, 2)  # of the perceptrons
WRITTEN = 16  # numbers from which each is generated
SIDE, CLASSES = 28, 10
Contestant = Callable[[], Mapping[str, Any]]
Contestants = dict[str, Contestant]


def named(compiled: bool) -> str:
    return "PyTorch, compiled" if compiled else "PyTorch"


def hyperlstm(units: int, lanes: int, steps: int, forms: Sequence[bool]) -> Contestants:
    """The gradient of a HyperLSTM's loss over a batch of characters. forms: of PyTorch, compiled or not."""
    work = Work("HyperLSTM", HyperLstm(SYMBOLS, units, max(1, units // 4), EMBEDDING), lanes, steps)
    ours, plain = contestants(work)
    found: Contestants = {OURS: ours, "plain": plain}
    if forms:
        from benchmarks.torch_peers import characters

        weights = jax.device_get(Recurrent((work.cell,), SYMBOLS).initial(jax.random.key(0)))
        symbols = np.asarray(jax.random.randint(jax.random.key(1), (steps + 1, lanes), 0, SYMBOLS))
        found |= {named(compiled): characters(weights, symbols, compiled=compiled) for compiled in forms}
    return found


def perceptrons(count: int, forms: Sequence[bool]) -> Mapping[str, Contestants]:
    """So many perceptrons, their weights linear in z, each with inputs of its own: their answers and their gradients."""
    found: dict[str, Contestants] = {}
    for lanes in (1, 32):
        answers, slopes = _perceptrons(count, lanes, forms)
        words = f"{count:,} generated perceptrons, {lanes} {'example' if lanes == 1 else 'examples'} each"
        found |= {f"answers of {words}": answers, f"gradients of {words}": slopes}
    return found


def _perceptrons(count: int, lanes: int, forms: Sequence[bool]) -> tuple[Contestants, Contestants]:
    network, rng = Dense(SIZES), np.random.default_rng(0)
    packing = Packing.of(network.shapes)
    shapes = (count, WRITTEN), (WRITTEN, packing.size), (count, lanes, SIZES[0])
    z, writer, inputs = (np.asarray(rng.normal(0, 0.3, shape), np.float32) for shape in shapes)

    def at_once(z: jax.Array, writer: jax.Array, inputs: jax.Array) -> jax.Array:
        parts = jax.vmap(packing.unpack)(writer)
        layers = range(1, len(SIZES))
        return generated(z, [parts[f"dense{k}.{kind}"] for k in layers for kind in ("kernel", "bias")], inputs)

    def made_first(z: jax.Array, writer: jax.Array, inputs: jax.Array) -> jax.Array:
        def one(z: jax.Array, x: jax.Array) -> jax.Array:
            weights = {name: (z @ matrix).reshape(network.shapes[name]) for name, matrix in parts.items()}
            return network.apply(weights, jnp.zeros((lanes, 0)), x).outputs

        parts = {name: matrices.reshape(WRITTEN, -1) for name, matrices in jax.vmap(packing.unpack)(writer).items()}
        found: jax.Array = jax.vmap(one)(z, inputs)
        return found

    ready = tuple(map(jnp.asarray, (z, writer, inputs)))
    answers: Contestants = {}
    slopes: Contestants = {}
    for name, outputs in ((OURS, at_once), (FIRST, made_first)):
        answers[name], slopes[name] = _answered(outputs, ready), _sloped(outputs, ready)
    if forms:
        from benchmarks.torch_peers import perceptrons

        for compiled in forms:
            theirs, their_slopes = perceptrons(SIZES, writer, z, inputs, compiled=compiled)
            answers[named(compiled)] = partial(_outputs, theirs)
            slopes[named(compiled)] = their_slopes
    return answers, slopes


def _answered(outputs: Callable[..., jax.Array], ready: Sequence[jax.Array]) -> Contestant:
    answer = jax.jit(outputs)
    return lambda: {"outputs": np.asarray(answer(*ready))}


def _sloped(outputs: Callable[..., jax.Array], ready: Sequence[jax.Array]) -> Contestant:
    slope = jax.jit(jax.grad(lambda *given: jnp.square(outputs(*given)).mean((1, 2)).sum(), (0, 1)))
    return lambda: dict(zip(("z", "writer"), jax.device_get(slope(*ready)), strict=True))


def _outputs(answer: Callable[[], Any]) -> Mapping[str, Any]:
    return {"outputs": answer()}


def pictures(count: int, forms: Sequence[bool]) -> Contestants:
    """The gradient of the paper's network for pictures, its second kernel generated, and directly learnt, over a batch."""
    network = ConvNet((SIDE, SIDE, 1), CLASSES)
    hyper, rng = StaticHypernet(network, ("conv2.kernel",)), np.random.default_rng(0)
    images, labels = rng.random((count, SIDE, SIDE, 1)).astype(np.float32), rng.integers(CLASSES, size=count)
    arrays = hyper.packing.unpack(hyper.initial(jax.random.key(0)))

    read, right = jnp.asarray(images.reshape(count, -1)), jnp.asarray(labels)

    def loss(arrays: Mapping[str, jax.Array]) -> jax.Array:
        weights = hyper.generate(hyper.packing.pack(arrays))
        return cross_entropy(network.apply(weights, jnp.zeros((count, 0)), read).outputs, right)[0]

    slope = jax.jit(jax.grad(loss))
    found: Contestants = {OURS: lambda: jax.device_get(slope(arrays))}
    if forms:
        from benchmarks.torch_peers import pictures

        found |= {named(each): pictures(jax.device_get(arrays), images, labels, compiled=each) for each in forms}
    return found
