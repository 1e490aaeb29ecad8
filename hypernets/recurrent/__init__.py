"""Recurrent networks and the cells that they are made of: RNN, LSTM, HyperRNN and HyperLSTM."""

from __future__ import annotations

from hypernets.recurrent.cells import Cell, Lstm, Rnn
from hypernets.recurrent.hyper import HyperLstm, HyperRnn
from hypernets.recurrent.network import Recurrent, unroll

__all__ = ["Cell", "HyperLstm", "HyperRnn", "Lstm", "Recurrent", "Rnn", "unroll"]
