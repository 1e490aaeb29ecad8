"""Trained perceptrons as plain arrays that neatcore's compiled kernels compute: no JAX is needed from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hypernets.dense import Dense
from substrates.config import SubstrateConfig
from substrates.layouts import lay_out
from substrates.networks import SubstrateModel, Synapses

if TYPE_CHECKING:
    from hypernets.interfaces import Stacked

COMPILED = {"sigmoid": "logistic"}  # what neatcore calls an activation, where JAX has another name for it


def exported(network: Dense, weights: Stacked) -> tuple[Synapses, SubstrateModel]:
    """P perceptrons as layers of neurons in rows: `model.bind(synapses)` answers what the network answers, to float32 rounding."""
    layers = range(1, len(network.sizes))
    named = COMPILED.get(network.activation, network.activation)
    config = SubstrateConfig(substrate="parallel", hidden=network.sizes[1:-1], activation=named, readout="linear")
    kernels = tuple(np.ascontiguousarray(weights[f"dense{layer}.kernel"], np.float32) for layer in layers)
    none = np.empty((len(kernels[0]), 0), np.float32)  # inputs have no biases
    biases = tuple(np.ascontiguousarray(weights[f"dense{layer}.bias"], np.float32) for layer in layers)
    return Synapses(lay_out(config, network.inputs, network.outputs), kernels, (none, *biases)), SubstrateModel(config)
