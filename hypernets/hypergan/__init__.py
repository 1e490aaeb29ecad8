"""HyperGAN (Ratzlaff & Li 2019): a mixer makes correlated codes of noise, a generator for each layer makes its weights of a code,
and a discriminator keeps the codes varied. No trained networks are needed to learn from: the task's own examples are enough.

Letters in shapes: N networks drawn, K layers of the network, n numbers of noise, c of a code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
import optax

from hypernets.decoding import decode
from hypernets.dense import Dense
from hypernets.ensembles import Ensemble, each
from hypernets.hypergan.config import HyperGanConfig as HyperGanConfig
from hypernets.hypergan.parts import ACTIVATIONS, Part
from hypernets.hypergan.targets import LeakyConvNet
from hypernets.idle import check_idle
from hypernets.packing import Packing
from hypernets.pictures import Picture, needed
from neatcore.errors import require
from neatcore.interfaces import Floats, VectorSpace

if TYPE_CHECKING:
    from hypernets.interfaces import Network, Stacked, Weights
    from hypernets.losses import Figures, Loss

BLOCK = 32  # networks that are drawn at a time
MATCHED, BATCH, RATE = 0.2, 1000, 1e-3  # the mixer's first lessons: where they end, codes a step, rate of Adam
GAIN = 2.0  # what ReLU halves
TINY = 1e-30
SMALLEST = 16  # pixels from which a picture is one for convolutions


@dataclass(frozen=True)
class HyperGan:
    """z: the weights of the mixer, of a generator for each layer, and of the discriminator.

    The numbers of the mixer are held divided by `pace`, so that a step of the optimiser moves it so much further. As a network, z
    stands for `answering` networks, always of the same noise, that answer together.
    """

    network: Network
    probabilities: bool
    config: HyperGanConfig

    # --- what it is made of ---------------------------------------------------------------------------------------------

    @cached_property
    def layers(self) -> Mapping[str, Packing]:
        """The weights of each layer: what stands before the last dot of a name."""
        names = dict.fromkeys(name.rpartition(".")[0] for name in self.network.shapes)
        return {
            layer: Packing.of({name: shape for name, shape in self.network.shapes.items() if name.rpartition(".")[0] == layer})
            for layer in names
        }

    @cached_property
    def parts(self) -> Mapping[str, Part]:
        """Mixer, discriminator and generators by name."""
        config = self.config

        def part(inputs: int, outputs: int) -> Part:
            return Part((inputs, *config.units, outputs), config.activation, config.normalise)

        writers = {f"writer.{layer}": part(config.code, kept.size) for layer, kept in self.layers.items()}
        mixer = part(config.noise, config.code * len(self.layers))
        return {"mixer": mixer, **writers, "critic": Part((config.code, *config.units, 1))}

    @cached_property
    def packing(self) -> Packing:
        return Packing.of({f"{part}.{name}": shape for part, own in self.parts.items() for name, shape in own.shapes.items()})

    @property
    def space(self) -> VectorSpace:
        return VectorSpace(self.packing.size, scale=0.1)

    @cached_property
    def ensemble(self) -> Ensemble:
        """The networks that answer together."""
        return Ensemble(self.network, self.config.answering, self.probabilities)

    @property
    def _known(self) -> int:
        """Over how many draws hidden units are normalised."""
        return self.config.codes if self.config.normalise else 0

    @property
    def counts(self) -> Mapping[str, int]:
        """trained: without the discriminator, which is not needed afterwards."""
        critic = Packing.of(self.parts["critic"].shapes).size
        weights = sum(prod(shape) for shape in self.network.shapes.values())
        return {"trained": self.packing.size - critic, "discriminator": critic, "weights": weights}

    # --- from noise to networks -----------------------------------------------------------------------------------------

    def noise(self, key: jax.Array, count: int) -> jax.Array:
        """Noise (N, n) of N networks."""
        return jax.random.normal(key, (count, self.config.noise))

    def mix(self, z: jax.Array, noise: jax.Array) -> jax.Array:
        """The codes (N, K, c) of noise (N, n)."""
        return self._mixed(self._arrays(z), self._beside(noise))[self._known :]

    def write(self, z: jax.Array, codes: jax.Array) -> Weights:
        """The weights of N networks, made of their codes (N, K, c)."""
        arrays = self._arrays(z)
        others = self._mixed(arrays, self._beside(jnp.zeros((0, self.config.noise))))
        return self._written(arrays, jnp.concatenate([others, codes]), slice(self._known, None))

    def draw(self, z: jax.Array, noise: jax.Array) -> Weights:
        """The weights of N networks, made of noise (N, n)."""
        arrays = self._arrays(z)
        return self._written(arrays, self._mixed(arrays, self._beside(noise)), slice(self._known, None))

    def sample(self, z: Floats, count: int, seed: int = 0) -> Stacked:
        """The weights of N networks, as plain arrays, some at a time. The same seed draws the same."""
        noise, make, trained = self.noise(jax.random.key(seed), count), jax.jit(self.draw), jnp.asarray(z, jnp.float32)
        blocks = [jax.device_get(make(trained, noise[begin : begin + BLOCK])) for begin in range(0, count, BLOCK)]
        return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}

    def generate(self, z: jax.Array, /) -> Weights:
        return self.draw(z, self.noise(jax.random.key(self.config.seed), self.config.answering))

    def keep(self, z: jax.Array, _measured: Weights, /) -> jax.Array:
        return z

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        return decode(self, genomes)

    # --- learning -------------------------------------------------------------------------------------------------------

    def initial(self, key: jax.Array, /) -> jax.Array:
        """As He et al. (2015) say; generated weights begin with a variance of 2 / fan-in (Chang et al. 2020), of which all networks
        have a share in common; without normalisation of hidden units it is up to twice as much. The mixer has already learnt to
        make codes of mean 0 and covariance 1."""
        keys = dict(zip((*self.parts, "matching"), jax.random.split(key, len(self.parts) + 1), strict=True))
        arrays = {part: dict(own.initial(keys[part])) for part, own in self.parts.items()}
        for layer in self.layers:
            own, part = arrays[f"writer.{layer}"], self.parts[f"writer.{layer}"]
            wanted, given = self._deviations(layer), GAIN * ACTIVATIONS[self.config.activation][1]
            own[part.last] *= wanted * ((1 - self.config.common) / given) ** 0.5
            drawn = jax.random.normal(jax.random.fold_in(keys[f"writer.{layer}"], 1), wanted.shape)
            own[part.shift] = drawn * wanted * self.config.common**0.5
        arrays["mixer"] = dict(self._matching(arrays["mixer"], keys["matching"]))
        paced = {name: array / self.config.pace for name, array in arrays["mixer"].items()}
        whole = {**arrays, "mixer": paced}
        return self.packing.pack({f"{part}.{name}": array for part, own in whole.items() for name, array in own.items()})

    def cost(self, z: jax.Array, loss: Loss, inputs: jax.Array, targets: jax.Array, key: jax.Array) -> tuple[jax.Array, Figures]:
        """What training makes small, and figures, which are means over single networks.

        The cross-entropy of the discriminator counts for its own weights alone, that of the mixer's being found out for the
        mixer's alone, so that one descent moves both. (2019, eq. 2, the divergence as a game of logits)
        """
        arrays, config = self._arrays(z), self.config
        drawn, prior = jax.random.split(key)
        codes = self._mixed(arrays, self.noise(drawn, config.codes))
        weights = self._written(arrays, codes, slice(config.networks))
        outputs = each(self.network, weights, inputs)
        losses, figures = jax.vmap(lambda own: loss(own, targets))(outputs)
        wanted = jax.random.normal(prior, codes.shape)
        critic, held = arrays["critic"], jax.lax.stop_gradient(arrays["critic"])
        found_out = self._logits(critic, jax.lax.stop_gradient(codes))
        critical = 0.5 * (jax.nn.softplus(-self._logits(critic, wanted)).mean() + jax.nn.softplus(found_out).mean())
        unlike = jax.nn.softplus(-self._logits(held, codes)).mean()
        total = losses.mean() + config.beta * unlike + critical
        means = {name: values.mean() for name, values in figures.items()}
        means |= {"loss": losses.mean(), "discriminator": critical, "spread": spread(weights)}
        return total, means

    def _matching(self, mixer: Weights, key: jax.Array) -> Weights:
        """The mixer after at most `matching` steps towards codes of mean 0 and covariance 1 (2019, section 3.2)."""
        optimizer = optax.adam(RATE)

        @jax.jit
        def step(mixer: Weights, state: optax.OptState, key: jax.Array) -> tuple[Weights, optax.OptState, jax.Array]:
            def apart(mixer: Weights) -> jax.Array:
                codes = self._mixed({"mixer": mixer}, self.noise(key, BATCH))
                means = codes.mean(axis=0)
                around = codes - means
                off = jnp.einsum("nkc,nkd->kcd", around, around) / BATCH - jnp.eye(self.config.code)
                return jnp.square(means).mean() + jnp.square(off).sum(axis=2).mean()

            off, slope = jax.value_and_grad(apart)(mixer)
            moved, state = optimizer.update(slope, state)
            return optax.apply_updates(mixer, moved), state, off

        state = optimizer.init(mixer)
        for k in jax.random.split(key, self.config.matching):
            mixer, state, off = step(mixer, state, k)
            if off < MATCHED:
                break
        return mixer

    def _deviations(self, layer: str) -> jax.Array:
        """Of each weight of a layer (W,), at first: over draws and what they have in common; of biases 0."""
        return jnp.concatenate(
            [
                jnp.full(prod(shape), (GAIN / prod(shape[:-1])) ** 0.5 if len(shape) > 1 else 0.0)
                for _, shape in self.layers[layer].shapes
            ]
        )

    # --- arrays ---------------------------------------------------------------------------------------------------------

    def _arrays(self, z: jax.Array) -> dict[str, dict[str, jax.Array]]:
        """The weights in z by part and name, those of the mixer in their own size."""
        flat = self.packing.unpack(z)
        found = {part: {name: flat[f"{part}.{name}"] for name in own.shapes} for part, own in self.parts.items()}
        found["mixer"] = {name: self.config.pace * array for name, array in found["mixer"].items()}
        return found

    @property
    def reference(self) -> jax.Array:
        """Noise of draws, always the same, over which hidden units are normalised: so that what becomes of one noise does not
        depend on others that are drawn with it (Salimans et al. 2016, section 3.4). None of them is ever drawn by a seed."""
        return self.noise(jax.random.fold_in(jax.random.key(self.config.seed), self._known), self._known)

    def _beside(self, noise: jax.Array) -> jax.Array:
        """Noise (N, n) after that of the reference."""
        return jnp.concatenate([self.reference, noise])

    def _mixed(self, arrays: Mapping[str, Weights], noise: jax.Array) -> jax.Array:
        """The codes of noise; units are normalised over the first `codes` of them, as in `_written`."""
        mixer, weights = self.parts["mixer"], arrays["mixer"]
        codes = mixer.outputs(weights, mixer.features(weights, noise, self.config.codes))
        return codes.reshape(len(noise), len(self.layers), self.config.code)

    def _written(self, arrays: Mapping[str, Weights], codes: jax.Array, wanted: slice) -> Weights:
        """The weights of the wanted ones of all codes."""
        found: dict[str, jax.Array] = {}
        for k, (layer, packing) in enumerate(self.layers.items()):
            part, weights = self.parts[f"writer.{layer}"], arrays[f"writer.{layer}"]
            features = part.features(weights, codes[:, k], self.config.codes)
            found |= jax.vmap(packing.unpack)(part.outputs(weights, features[wanted]))
        return found

    def _logits(self, critic: Weights, codes: jax.Array) -> jax.Array:
        """How sure the discriminator is that codes (N, K, c) are drawn from N(0, 1)."""
        part, flat = self.parts["critic"], codes.reshape(-1, codes.shape[-1])
        return part.outputs(critic, part.features(critic, flat, len(flat)))


def spread(weights: Weights) -> jax.Array:
    """How far N networks are apart: the mean over layers of the deviation of their weights from the mean network, as a share of the
    weights' own size. Near 0 where all draws have become the same network."""
    shares = [
        jnp.linalg.norm(array - array.mean(axis=0)) / jnp.maximum(jnp.linalg.norm(array), TINY)
        for array in weights.values()
        if array.ndim > 2
    ]
    return jnp.stack(shares).mean()


def hypergan(config: HyperGanConfig, inputs: int, outputs: int, picture: Picture | None) -> tuple[HyperGan, Ensemble]:
    """HyperGAN for networks of that kind, and the ensemble as which it is tried; InputError where the target needs pictures."""
    require(
        config.networks <= config.codes, f"networks={config.networks} is more than codes={config.codes}, of which they are drawn"
    )
    large = picture is not None and min(picture[:2]) >= SMALLEST
    kind = ("conv" if large else "dense") if config.target == "auto" else config.target
    check_idle(config, kind, channels="conv", hidden="dense")
    network: Network = Dense((inputs, *config.hidden, outputs))
    if kind == "conv":
        shape = needed(picture, "target=conv")
        grey = shape[2] == 1
        channels = config.channels or ((32, 32) if grey else (16, 32, 64))
        network = LeakyConvNet(shape, 5 if grey else 3, channels, () if grey else (128,), outputs)
    found = HyperGan(network, picture is not None, config)
    return found, found.ensemble
