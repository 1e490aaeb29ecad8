"""Networks on feed-forward substrates, as JAX computes and differentiates them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from hypernets.activations import activation
from hypernets.interfaces import Applied
from neatcore.errors import require
from substrates.config import SubstrateConfig
from substrates.geometry import Substrate
from substrates.networks import SubstrateModel, Synapses

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Stacked, Weights
    from neatcore.interfaces import Policy


@dataclass(frozen=True)
class SubstrateNetwork:
    """Layers of neurons: kernel0 … of each projection (S, T), and, where it has biases, bias1 … of each sheet by its place.

    What `bind` makes are the networks that evolution evaluates, with the same weights.
    """

    substrate: Substrate
    config: SubstrateConfig
    biased: bool = False
    memory: int = 0
    measured: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        require(not self.substrate.recurrent, "learning by gradient goes through feed-forward substrates; this one is recurrent")
        for name in (self.config.activation, self.config.readout):
            activation(name)

    @property
    def inputs(self) -> int:
        return self.substrate.inputs

    @property
    def outputs(self) -> int:
        return self.substrate.outputs

    @property
    def shapes(self) -> Shapes:
        pairs, sheets = self.substrate.projections, self.substrate.sheets
        kernels = {f"kernel{place}": self.substrate.size_of(pair) for place, pair in enumerate(pairs)}
        places = [place for place, sheet in enumerate(sheets) if sheet.role != "input" and self.biased]
        return kernels | {f"bias{place}": (len(sheets[place]),) for place in places}

    def initial(self, key: jax.Array, /) -> Weights:
        """Kernels as Glorot & Bengio (2010) draw them, biases 0."""
        draw, shapes = jax.nn.initializers.glorot_normal(), self.shapes
        keys = jax.random.split(key, len(shapes))
        return {name: draw(k, shape) if len(shape) > 1 else jnp.zeros(shape) for k, (name, shape) in zip(keys, shapes.items())}

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, _key: jax.Array | None = None, /) -> Applied:
        values = self._loaded(inputs)
        for place, sheet in enumerate(self.substrate.sheets):
            if sheet.role == "input":
                continue
            total = jnp.zeros((*inputs.shape[:-1], len(sheet))) + (weights[f"bias{place}"] if self.biased else 0.0)
            for number, pair in enumerate(self.substrate.projections):
                if pair.target == place:
                    total = total + values[pair.source] @ weights[f"kernel{number}"]
            values.append(activation(self.config.readout if sheet.role == "output" else self.config.activation)(total))
        answers = [value for value, sheet in zip(values, self.substrate.sheets) if sheet.role == "output"]
        return Applied(jnp.concatenate(answers, axis=-1), state)

    def bind(self, weights: Stacked, /) -> Policy:
        return SubstrateModel(self.config).bind(self.synapses(weights))

    def synapses(self, weights: Stacked) -> Synapses:
        """The same weights as plain arrays of neatcore."""
        plain = {name: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}
        kernels = tuple(plain[f"kernel{place}"] for place in range(len(self.substrate.projections)))
        none = np.empty((len(kernels[0]), 0), np.float32)
        biases = tuple(plain.get(f"bias{place}", none) for place in range(len(self.substrate.sheets)))
        return Synapses(self.substrate, kernels, biases if self.biased else ())

    def _loaded(self, inputs: jax.Array) -> list[jax.Array]:
        """The input sheets, which come first, with their share of the inputs (…, I)."""
        sizes = [len(sheet) for sheet in self.substrate.sheets if sheet.role == "input"]
        return list(jnp.split(inputs, np.cumsum(sizes)[:-1].tolist(), axis=-1))
