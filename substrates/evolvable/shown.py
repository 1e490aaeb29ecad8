"""A network that grew in space as sheets of neurons, which is how pictures see networks on substrates."""

from __future__ import annotations

import numpy as np

from neatcore.genome import BIAS, HIDDEN, INPUT, OUTPUT, Genome
from substrates.config import SubstrateConfig
from substrates.evolvable import EsHyperNeat
from substrates.geometry import Projection, Sheet, Substrate
from substrates.networks import SubstrateModel, Synapses


def as_sheets(encoding: EsHyperNeat, genome: Genome) -> tuple[Synapses, SubstrateModel]:
    """The network of one genome as sheets of inputs, hidden neurons and outputs, and the model that computes the same with them.

    Where no hidden neuron grew, inputs are linked to outputs, with weight 0.
    """
    grown, config = encoding.grow([genome]), encoding.config
    network = grown.networks[0]
    hidden = grown.places[0][len(encoding.inputs) + len(encoding.outputs) :]
    stand = {"input": (INPUT, encoding.inputs), "hidden": (HIDDEN, hidden), "output": (OUTPUT, encoding.outputs)}
    stand = {role: each for role, each in stand.items() if len(each[1])}
    sheets = tuple(Sheet(role, role, points, (len(points),)) for role, (_, points) in stand.items())
    rows = [np.flatnonzero(network.nodes["kind"] == kind) for kind, _ in stand.values()]
    dense = np.zeros((len(network.nodes), len(network.nodes)), np.float32)
    dense[network.links["source"], network.links["target"]] = network.links["weight"]
    inner = len(hidden) > 0 and (config.recurrent or bool(dense[np.ix_(rows[1], rows[1])].any()))  # or none waits for a pass
    pairs = [(0, 1), *[(1, 1)] * inner, *[(1, 2)] * (len(hidden) > 0)]
    weights = tuple(dense[np.ix_(rows[source], rows[target])][None] for source, target in pairs)
    bias = dense[network.nodes["kind"] == BIAS]
    biases = tuple(bias[:, row] for row in rows) if config.biases else ()
    passes = config.passes if config.recurrent else len(np.unique(hidden[:, -1])) + 2  # a signal has then crossed all links
    model = SubstrateModel(SubstrateConfig(activation=config.activation, readout=config.readout, passes=passes))
    return Synapses(Substrate(sheets, tuple(Projection(*pair) for pair in pairs)), weights, biases), model
