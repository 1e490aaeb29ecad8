"""The conformance checks: what keeps the laws passes, every broken law is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.checks import check_description, check_encoding, check_policy, check_task
from neatcore.errors import InputError, TaskError
from neatcore.interfaces import Evaluation, Policy
from neatcore.perceptron import MlpConfig, mlp
from tests.neatcore.toys import Sum


def test_check_task_finds_what_breaks_the_laws() -> None:
    check_task(Sum())
    with pytest.raises(InputError, match="draw from rng per episode"):
        check_task(Sum(lambda e: Evaluation(e.fitness + np.arange(len(e.fitness)))))
    noise = default_rng(0)
    with pytest.raises(InputError, match="draw from rng only"):
        check_task(Sum(lambda e: Evaluation(e.fitness + noise.random())))
    for wrong in (0, True):
        with pytest.raises(InputError, match=rf"Sum\.outputs is {wrong}"):
            check_task(Sum(outputs=wrong))
    with pytest.raises(InputError, match=r"Sum is a class; check a task that is made of it, such as Sum\(\)"):
        check_task(Sum)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("examine", "task Odd: examine returned a int, not a Verdict, in generation 0"),
        ("generalise", "task Odd: what it returned is of type int, not numbers by name in generalise"),
        ("show", r"task Odd raised ZeroDivisionError: .* in show"),
    ],
)
def test_check_task_tries_what_a_task_can_do_besides(method: str, told: str) -> None:
    class Odd(Sum):
        pass

    setattr(Odd, method, lambda _self, _policy, _rng: 1 // 0 if method == "show" else 3)
    with pytest.raises(TaskError, match=told):
        check_task(Odd())


def test_check_task_finds_places_that_are_not_one_for_each() -> None:
    class Standing(Sum):
        def __init__(self, inputs: Any, outputs: Any) -> None:
            super().__init__()
            object.__setattr__(self, "places", (np.array(inputs), np.array(outputs)))

    check_task(Standing([[0, 0], [1, 0]], [[0, 1]]))
    check_task(Standing([[0], [1]], [[0]]))
    with pytest.raises(InputError, match=r"Standing\.places has shapes \(2, 2\) and \(2, 2\), not \(2, D\) and \(1, D\)"):
        check_task(Standing([[0, 0], [1, 0]], [[0, 1], [1, 1]]))
    with pytest.raises(InputError, match=r"has shapes \(2, 2\) and \(1, 3\)"):
        check_task(Standing([[0, 0], [1, 0]], [[0, 1, 0]]))
    with pytest.raises(InputError, match=r"has shapes \(2,\) and \(1,\)"):
        check_task(Standing([0, 1], [0]))
    with pytest.raises(InputError, match=r"Standing\.places holds what is no array of numbers"):
        check_task(Standing([["a"], ["b"]], [["c"]]))
    with pytest.raises(InputError, match=r"Standing\.places holds numbers that are not finite"):
        check_task(Standing([[0.0], [np.nan]], [[1.0]]))


def test_places_that_cannot_be_read_are_told_of_the_task() -> None:
    class Lost(Sum):
        @property
        def places(self) -> Any:
            raise ValueError("where?")

    with pytest.raises(InputError, match=r"Lost: its names, places or chart raised ValueError: where\?"):
        check_description(Lost())


def test_check_policy_finds_networks_that_feel_each_other() -> None:
    @dataclass(frozen=True)
    class Mixed:
        inner: Policy
        size: int = 6
        inputs: int = 2
        outputs: int = 1

        def reset(self, lanes: int, /) -> Any:
            return self.inner.reset(lanes)

        def step(self, state: Any, inputs: Any, /) -> Any:
            state, outputs = self.inner.step(state, inputs)
            return state, outputs - outputs.mean(axis=0)

        def take(self, rows: Any, /) -> Any:
            return Mixed(self.inner.take(rows), len(rows))

    encoding, model = mlp(MlpConfig(hidden=()), 2, 1)
    policy = model.bind(encoding.decode(list(default_rng(0).normal(size=(6, 3)))))
    check_policy(policy)
    with pytest.raises(InputError, match=r"take\(rows\) computes other networks"):
        check_policy(Mixed(policy))


@dataclass(frozen=True)
class Wrapped:
    """Networks that answer as others do, with one law broken by `wrong`."""

    inner: Policy
    wrong: str
    size: int = 6
    inputs: int = 2
    outputs: int = 1
    memory: dict[str, Any] = field(default_factory=dict)

    def reset(self, lanes: int, /) -> Any:
        return self.inner.reset(lanes)

    def step(self, state: Any, inputs: Any, /) -> Any:
        state, outputs = self.inner.step(state, inputs)
        if self.wrong == "lanes before":
            outputs = outputs.cumsum(axis=1)
        if self.wrong == "the first network":
            outputs = outputs + outputs[:1]
        if self.wrong == "memory elsewhere":
            outputs = outputs + self.memory.get("last", np.zeros_like(outputs)).mean()
            self.memory["last"] = outputs
        if self.wrong == "writes":
            inputs *= 2
        return state, outputs

    def take(self, rows: Any, /) -> Any:
        rows = np.unique(rows) if self.wrong == "sorts" else rows
        return Wrapped(self.inner.take(rows), self.wrong, len(rows))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("lanes before", "a lane depends on the lanes beside it"),
        ("the first network", "computes other networks"),
        ("memory elsewhere", "the same steps from reset gave other outputs|depends on another one"),
        ("writes", "writes over its inputs"),
        ("sorts", "computes other networks|negative|shape"),
    ],
)
def test_check_policy_finds_every_broken_law(wrong: str, message: str) -> None:
    encoding, model = mlp(MlpConfig(hidden=()), 2, 1)
    policy = model.bind(encoding.decode(list(default_rng(0).normal(size=(6, 3)))))
    check_policy(Wrapped(policy, "none"))
    with pytest.raises((InputError, ValueError), match=message):
        check_policy(Wrapped(policy, wrong))


def test_check_encoding_finds_weights_that_depend_on_others() -> None:
    inner, model = mlp(MlpConfig(hidden=()), 2, 1)

    @dataclass(frozen=True)
    class Scaled:
        space: Any = inner.space

        def decode(self, genomes: Any, /) -> Any:
            return inner.decode(list(np.array(genomes) / np.abs(genomes).max()))

    with pytest.raises(InputError, match="depends on which genomes are decoded with it"):
        check_encoding(Scaled(), model)


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("solved", lambda found: replace(found, solved=found.fitness == found.fitness.max())),
        ("info", lambda found: replace(found, info={"rank": np.argsort(np.argsort(found.fitness))})),
        ("behaviour", lambda found: replace(found, behaviour=found.fitness[:, None] - found.fitness.mean())),
    ],
)
def test_check_task_looks_at_every_column(column: str, change: Any) -> None:
    check_task(Sum())
    with pytest.raises(InputError, match=rf"Sum: a network's {column}.* depends on which others are evaluated with it"):
        check_task(Sum(change))
