"""Networks of every kind refuse inputs and states that are not theirs, whatever compiled code would make of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.errors import InputError, StepError, TaskError
from neatcore.interfaces import Array, Evaluation, Policy
from neatcore.loop import evaluate
from runner.session import assemble
from runner.settings import resolve

KINDS = {
    "direct": "encoding=direct",
    "recurrent": "encoding=direct recurrent=true",
    "plastic": "encoding=plastic",
    "mlp": "encoding=mlp search=cma",
    "hyperneat": "encoding=hyperneat",
    "recurrent substrate": "encoding=hyperneat wiring=full",
    "es-hyperneat": "encoding=es-hyperneat",
    "adaptive": "encoding=adaptive-hyperneat",
    "dct": "encoding=dct search=cma",
    "dense": "encoding=dense search=cma",
    "rnn": "encoding=rnn search=cma",
}
REMEMBER = ("recurrent", "plastic", "recurrent substrate", "adaptive", "rnn")
LANES = 3


def networks(kind: str) -> Policy:
    parts = assemble(resolve("xor", [*KINDS[kind].split(), "population=6"]), 1)
    policy: Policy = parts.model.bind(parts.encoding.decode(parts.search.ask()))
    return policy


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_of_another_shape_are_refused(kind: str) -> None:
    policy = networks(kind)
    shape = policy.size, LANES, policy.inputs
    for wrong in ((*shape[:2], 1), (*shape[:2], 3), (1, *shape[1:]), (shape[0] + 1, *shape[1:]), shape[:2]):
        with pytest.raises(StepError, match=rf"inputs have shape \({', '.join(map(str, wrong))}\)"):
            policy.step(policy.reset(LANES), np.zeros(wrong))
    with pytest.raises(StepError, match="no array of numbers"):
        policy.step(policy.reset(LANES), np.full(shape, "one"))


@pytest.mark.parametrize("kind", REMEMBER)
def test_states_of_other_networks_and_lanes_are_refused(kind: str) -> None:
    policy, rows = networks(kind), np.array([3, 5])
    inputs = np.ones((policy.size, LANES, policy.inputs))
    state, _ = policy.step(policy.reset(LANES), inputs)
    for lanes in (LANES - 1, LANES + 1):
        with pytest.raises(StepError, match=rf"the state has shape .*reset\({lanes}\) begins"):
            policy.step(state, np.ones((policy.size, lanes, policy.inputs)))
    few = policy.take(rows)
    with pytest.raises(StepError, match=r"that of take\(rows\) is state\[rows\]"):
        few.step(state, inputs[rows])
    few.step(state[rows], inputs[rows])


@pytest.mark.parametrize("kind", KINDS)
def test_no_networks_at_all_are_asked_too(kind: str) -> None:
    none = networks(kind).take(np.empty(0, np.int64))
    state, outputs = none.step(none.reset(LANES), np.empty((0, LANES, none.inputs)))
    assert len(state) == 0
    assert outputs.shape == (0, LANES, none.outputs)


@pytest.mark.parametrize("kind", KINDS)
def test_whole_numbers_count_as_their_value(kind: str) -> None:
    policy = networks(kind)
    ones = np.ones((policy.size, LANES, policy.inputs))
    _, expected = policy.step(policy.reset(LANES), ones)
    for same in (ones.astype(np.int64), ones.astype(bool), ones.tolist()):
        _, outputs = policy.step(policy.reset(LANES), same)
        assert np.array_equal(outputs, expected)


class Asking:
    """A task that asks networks something of its own."""

    inputs, outputs = 2, 1

    def __init__(self, asked: Callable[[Policy], Any]) -> None:
        self.asked = asked

    def evaluate(self, policy: Policy, _rng: np.random.Generator, /) -> Evaluation:
        outputs: Array = policy.step(policy.reset(LANES), self.asked(policy))[1]
        return Evaluation(outputs[:, :, 0].mean(axis=1))


def test_a_task_that_asks_wrongly_is_named_with_the_line() -> None:
    task = Asking(lambda policy: np.ones((policy.size, LANES, 3)))
    with pytest.raises(TaskError, match=r"task Asking raised StepError: inputs have shape \(6, 3, 3\).*test_steps.py:\d+"):
        evaluate(task, networks("direct"), default_rng(0))


@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_networks_for_another_task_are_refused(side: str) -> None:
    task = Asking(lambda policy: np.ones((policy.size, LANES, policy.inputs)))
    setattr(task, side, 7)
    with pytest.raises(InputError, match=rf"for networks of 7 {side}; these, of the encoding, have {getattr(Asking, side)}"):
        evaluate(task, networks("direct"), default_rng(0))
