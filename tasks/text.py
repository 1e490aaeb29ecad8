"""Text to predict, symbol by symbol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from pydantic import Field, ValidationInfo, field_validator

from neatcore.errors import require
from neatcore.interfaces import Array, Evaluation, Floats, Policy, State, Unrolling
from neatcore.parameters import Parameters, PathText
from tasks.asking import PART
from tasks.data.text import Corpus, Unit, read_text
from tasks.likelihood import log_softmax


class Text(Parameters):
    """Predict the next character of a text.

    Inputs: 1 for the symbol read, 0 for the others; outputs: as many, the logits of the next one. Fitness: minus the bits a symbol,
    the mean of -log₂ of the probability of the one that came, over the validation part.
    """

    file: PathText = Field(
        "", description="the text; NAME.train.txt brings NAME.valid.txt and NAME.test.txt, of others the last parts are held back"
    )
    unit: Unit = Field("character", description="what is a symbol: a character of UTF-8, or a byte, as is usual for enwik8")
    validation: float = Field(0.05, gt=0, lt=1, description="share of the text that is held back to measure networks on")
    test: float = Field(0.05, ge=0, lt=1, description="share of the text, its end, that is held back until the end")
    length: int = Field(100, ge=1, le=100_000, description="T, steps of a batch, through which gradients go back")
    lanes: int = Field(32, ge=1, le=100_000, description="pieces of the text that are measured side by side, each from its start")
    validated: int = Field(0, ge=0, description="symbols that fitness is measured on, the first of the validation part; 0: all")

    loss: ClassVar[str] = "cross-entropy"
    carries: ClassVar[bool] = True

    @field_validator("validation", "test")
    @classmethod
    def _of_one_file(cls, share: float, info: ValidationInfo) -> float:
        name, usual = Path(info.data.get("file", "")).name, cls.model_fields[str(info.field_name)].default
        if ".train.txt" in name and share != usual:
            raise ValueError(f"is for a text that is cut; {name} brings its parts")
        return share

    @property
    def corpus(self) -> Corpus:
        """The text; InputError where it cannot be read."""
        return read_text(self.file, self.unit, (self.validation, self.test))

    @property
    def symbols(self) -> tuple[str, ...]:
        """The vocabulary: what each input and output stands for."""
        return self.corpus.symbols

    @property
    def inputs(self) -> int:
        """As many as there are symbols; InputError where the text is too short to learn from, before a run begins."""
        self._check_length()
        return len(self.symbols)

    @property
    def outputs(self) -> int:
        return len(self.symbols)

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """Symbols as they are written: a new line as \\n."""
        written = [symbol if symbol.isprintable() else repr(symbol)[1:-1] for symbol in self.symbols]
        return written, written

    def _check_length(self) -> None:
        count = len(self.corpus.training)
        told = f"{self.file} has {count:,} {'symbol' if count == 1 else 'symbols'} for training, too few for length={self.length}"
        require(self.length < count, f"{told} (task.length); at most {count - 1} fit")

    def batches(self, size: int, rng: Generator, /) -> Iterator[tuple[Array, Array]]:
        """Symbols (T, S) and those that came next (T, S). The text lies in S lanes, one after the other, and each batch goes on
        where the one before ended. What is left over at the ends is another bit of text in each pass."""
        text, steps = self.corpus.training, self.length
        self._check_length()
        lanes = min(size, (len(text) - 1) // steps)
        rows = (len(text) - 1) // (lanes * steps) * steps
        first = int(rng.integers(len(text) - lanes * rows))
        read, due = (text[start : start + lanes * rows].reshape(lanes, rows).T.astype(np.int32) for start in (first, first + 1))
        for row in range(0, rows, steps):
            yield read[row : row + steps], due[row : row + steps]

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 nothing is left to chance
        """Info: the bits a symbol."""
        part = self.corpus.validation
        bits = self._bits(policy, part[: self.validated + 1] if self.validated else part)
        return Evaluation(-bits, info={"bits": bits})

    def generalise(self, policy: Policy, rng: Generator, /) -> dict[str, float]:  # noqa: ARG002
        """Bits a symbol on the test part, where there is one."""
        test = self.corpus.test
        return {"bits": float(self._bits(policy.take(np.zeros(1, np.int64)), test)[0])} if len(test) > 1 else {}

    def _bits(self, policy: Policy, text: Array) -> Floats:
        """Bits a symbol (P,) of a text, but for its first symbol. It lies in lanes; the last may end earlier."""
        count = len(text) - 1
        lanes = min(self.lanes, count)
        steps = -(-count // lanes)
        read, due = np.zeros((2, lanes * steps), np.int64)
        read[:count], due[:count] = text[:-1], text[1:]
        counts = (np.arange(lanes * steps) < count).reshape(lanes, steps).T
        read, due = read.reshape(lanes, steps).T, due.reshape(lanes, steps).T
        state, total = policy.reset(lanes), np.zeros((policy.size, lanes))
        most = max(1, PART // (lanes * self.outputs))
        for first in range(0, steps, most):
            rows = slice(first, first + most)
            state, outputs = unroll(policy, state, read[rows])
            total += np.where(counts[rows], log_softmax(outputs, due[rows]), 0.0).sum(axis=1)
        bits: Floats = -total.sum(axis=1) / (count * np.log(2.0)) + 0.0  # never -0
        return bits


def unroll(policy: Policy, state: State, symbols: Array) -> tuple[State, Floats]:
    """Outputs (P, T, S, O) to symbols (T, S), and the state after them: at once where the policy can, else step by step."""
    if isinstance(policy, Unrolling):
        return policy.unroll(state, symbols)
    answers, shape, ones = [], (policy.size, symbols.shape[1], policy.inputs), np.eye(policy.inputs)
    for row in symbols:
        state, outputs = policy.step(state, np.broadcast_to(ones[row], shape))
        answers.append(outputs)
    return state, np.stack(answers, axis=1)
