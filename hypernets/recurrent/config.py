"""Recurrent networks as parts of a run: their settings, and z, which is their weights."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from hypernets.flat import Flat
from hypernets.recurrent.cells import Cell, Lstm, Rnn
from hypernets.recurrent.hyper import HyperLstm, HyperRnn
from hypernets.recurrent.network import Recurrent
from neatcore.parameters import Parameters

Built = tuple[Flat, Recurrent]


class RnnConfig(Parameters):
    """A recurrent network of tanh units."""

    units: int = Field(256, ge=1, le=1_000_000, description="units of a layer")
    layers: int = Field(1, ge=1, le=32, description="layers, each of which reads the one before")
    keep_input: float = Field(1.0, ge=0.01, le=1, description="probability with which an input is kept in training; 1: no dropout")
    keep_output: float = Field(1.0, ge=0.01, le=1, description="the same of what each layer hands on")
    recompute: bool = Field(True, description="gradients compute steps again instead of keeping them: much less memory")


class LstmConfig(RnnConfig):
    """An LSTM."""

    layer_norm: bool = Field(False, description="normalise the sums of each gate, and the cell, over units")
    keep_recurrent: float = Field(
        1.0, ge=0.01, le=1, description="probability with which a new value for a cell is kept in training"
    )
    forget_bias: float = Field(1.0, description="added to forget gates")


class HyperRnnConfig(RnnConfig):
    """A recurrent network whose weight matrices a smaller one scales at every step."""

    hyper_units: int = Field(64, ge=1, le=1_000_000, description="units of the smaller cell")
    embedding: int = Field(4, ge=1, le=100_000, description="numbers through which the smaller cell acts on each sum")


class HyperLstmConfig(LstmConfig):
    """An LSTM whose weight matrices a smaller one scales at every step."""

    hyper_units: int = Field(64, ge=1, le=1_000_000, description="units of the smaller cell")
    embedding: int = Field(4, ge=1, le=100_000, description="numbers through which the smaller cell acts on each sum")
    keep_hyper: float = Field(
        1.0, ge=0.01, le=1, description="as keep_recurrent, of the smaller cell: worth it where that is large"
    )


def rnn(config: RnnConfig, inputs: int, outputs: int) -> Built:
    """The RNN for so many inputs and outputs, and its weights as z."""
    return _built(config, lambda size: Rnn(size, config.units), inputs, outputs)


def lstm(config: LstmConfig, inputs: int, outputs: int) -> Built:
    """The LSTM for so many inputs and outputs, and its weights as z."""
    options = (config.layer_norm, config.keep_recurrent, config.forget_bias)
    return _built(config, lambda size: Lstm(size, config.units, *options), inputs, outputs)


def hyperrnn(config: HyperRnnConfig, inputs: int, outputs: int) -> Built:
    """The HyperRNN for so many inputs and outputs, and its weights as z."""
    sizes = (config.units, config.hyper_units, config.embedding)
    return _built(config, lambda size: HyperRnn(size, *sizes), inputs, outputs)


def hyperlstm(config: HyperLstmConfig, inputs: int, outputs: int) -> Built:
    """The HyperLSTM for so many inputs and outputs, and its weights as z."""
    sizes = (config.units, config.hyper_units, config.embedding)
    keeps = (config.keep_recurrent, config.keep_hyper)
    return _built(config, lambda size: HyperLstm(size, *sizes, config.layer_norm, *keeps, config.forget_bias), inputs, outputs)


def _built(config: RnnConfig, cell: Callable[[int], Cell], inputs: int, outputs: int) -> Built:
    """Layers of cells, each made for so many inputs."""
    sizes = [inputs, *[config.units] * (config.layers - 1)]
    cells = tuple(cell(size) for size in sizes)
    network = Recurrent(cells, outputs, config.keep_input, config.keep_output, config.recompute)
    return Flat(network), network
