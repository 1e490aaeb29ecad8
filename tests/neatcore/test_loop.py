"""The loop: what it yields, what it refuses."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from cmaes import CMA, SepCMA
from numpy.random import Generator, default_rng

from neatcore.checks import check_description, check_encoding, check_policy, check_task
from neatcore.cma import FULL, Cma, CmaConfig
from neatcore.errors import InputError, TaskError
from neatcore.interfaces import Evaluation, GraphSpace, Ints, Policy, VectorSpace, Verdict
from neatcore.loop import champion_of, evolve
from neatcore.neat import Neat, NeatConfig
from neatcore.nets import DirectConfig, direct
from neatcore.perceptron import MlpConfig, mlp


@dataclass(frozen=True)
class Sum:
    """Fitness: how large the first output is on some inputs drawn for the generation."""

    change: Callable[[Evaluation], Any] = lambda evaluation: evaluation
    inputs: int = 2
    outputs: int = 1

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        inputs = np.tile(rng.normal(size=(1, 3, self.inputs)), (policy.size, 1, 1))
        _, outputs = policy.step(policy.reset(3), inputs)
        result: Evaluation = self.change(Evaluation(outputs[:, :, 0].sum(axis=1)))
        return result


class Naming(Sum):
    behaviours = ("x", "y", "z")


class Exam(Sum):
    def examine(self, policy: Policy, rng: Generator, /) -> Verdict:
        assert policy.size == 1
        return Verdict(True, {"mark": 5.0})


def turns(task: Any, count: int, seed: int = 0) -> list[Any]:
    rng = default_rng(seed)
    encoding, model = direct(DirectConfig(), 2, 1)
    neat = Neat(NeatConfig(population=20), encoding.space, rng)
    return list(islice(evolve(neat, encoding, model, task, rng), count))


def test_records_follow_each_other() -> None:
    records = turns(Sum(), 5)
    assert [r.number for r in records] == [0, 1, 2, 3, 4]
    assert [r.evaluations for r in records] == [20, 40, 60, 80, 100]
    assert not any(r.solved for r in records)
    assert all(r.champion == r.genomes[int(np.argmax(r.evaluation.fitness))] for r in records)


def test_the_same_seed_gives_the_same_run() -> None:
    first, second = turns(Sum(), 5), turns(Sum(), 5)
    assert all(np.array_equal(a.evaluation.fitness, b.evaluation.fitness) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[4].evaluation.fitness, turns(Sum(), 5, seed=1)[4].evaluation.fitness)


def test_the_champion_is_the_fittest_that_solves_the_task() -> None:
    fitness = np.array([1.0, 3.0, 2.0])
    assert champion_of(Evaluation(fitness)) == 1
    assert champion_of(Evaluation(fitness, np.array([True, False, True]))) == 2
    assert champion_of(Evaluation(fitness, np.zeros(3, bool))) == 1


def test_only_the_fittest_is_examined() -> None:
    record = turns(Exam(), 1)[0]
    assert record.solved
    marks = record.evaluation.info["mark"]
    assert marks[record.best] == 5.0
    assert np.isnan(np.delete(marks, record.best)).all()


def test_more_of_the_fittest_are_examined_until_one_passes() -> None:
    class Third(Sum):
        def examine(self, policy: Policy, rng: Generator, /) -> Verdict:
            seen.append(float(self.evaluate(policy, default_rng(0)).fitness[0]))
            return Verdict(len(seen) == 3)

    for examined, count in ((2, 2), (3, 3), (10, 3)):
        seen: list[float] = []
        rng = default_rng(0)
        encoding, model = mlp(MlpConfig(), 2, 1)
        cma = Cma(CmaConfig(population=20), encoding.space, rng)
        record = next(evolve(cma, encoding, model, Third(), rng, examined=examined))
        assert len(seen) == count
        assert record.solved == (examined >= 3)
        assert record.best == np.argsort(-record.evaluation.fitness)[2 if record.solved else 0]


def test_what_a_search_nominates_is_examined_and_it_hears_of_those_alone() -> None:
    class Nominating(Neat):
        def nominees(self) -> Ints:
            return np.argsort(np.asarray(self.fitness))

        def examined(self, rows: Ints, /) -> None:
            heard.append(rows.tolist())

    class Second(Sum):
        def examine(self, policy: Policy, rng: Generator, /) -> Verdict:
            calls.append(policy)
            return Verdict(len(calls) == 2)

    calls: list[Policy] = []
    heard: list[list[int]] = []
    rng = default_rng(0)
    encoding, model = direct(DirectConfig(), 2, 1)
    record = next(evolve(Nominating(NeatConfig(population=20), encoding.space, rng), encoding, model, Second(), rng, examined=5))
    least = np.argsort(record.evaluation.fitness)[:2].tolist()
    assert heard == [least]
    assert record.best == least[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: Evaluation(e.fitness[:3]), r"task Sum, generation 0: fitness has shape \(3,\), not \(20,\)"),
        (lambda e: Evaluation(np.where(np.arange(20) == 7, np.nan, e.fitness)), "fitness is nan for genome 7"),
        (lambda e: Evaluation(np.where(np.arange(20) > 3, np.inf, e.fitness)), "fitness is inf for genomes 4, 5, 6, 7, 8, …"),
        (lambda e: Evaluation(["a"] * 20), "fitness is no array of numbers"),
        (lambda e: Evaluation(e.fitness, np.ones(3, bool)), "solved has shape"),
        (lambda e: Evaluation(e.fitness, behaviour=np.ones(20)), "behaviour has shape"),
        (lambda e: Evaluation(e.fitness, behaviour=np.ones((20, 0))), r"behaviour has shape \(20, 0\).* at least one number"),
        (lambda e: Evaluation(e.fitness, info={"x": np.ones(2)}), "info\\['x'\\] has shape"),
        (lambda e: e.fitness, "returned a ndarray, not an Evaluation"),
        (lambda e: 1 // 0, r"task Sum raised ZeroDivisionError: .* \(test_loop.py:\d+\) in generation 0"),
        (lambda e: next(iter(())), r"task Sum raised StopIteration: .* \(test_loop.py:\d+\) in generation 0"),
        (lambda e: sys.exit(3), r"task Sum raised SystemExit: 3 \(test_loop.py:\d+\) in generation 0"),
    ],
)
def test_bad_evaluations_name_the_task_the_generation_and_the_genomes(change: Callable[[Evaluation], Any], message: str) -> None:
    with pytest.raises(TaskError, match=message):
        turns(Sum(change), 1)


def test_input_errors_of_a_task_pass_through() -> None:
    def refuse(_: Evaluation) -> Evaluation:
        raise InputError("no such folder")

    with pytest.raises(InputError, match="no such folder") as caught:
        turns(Sum(refuse), 1)
    assert re.fullmatch(r"raised by task Sum \(test_loop\.py:\d+\) in generation 0", caught.value.__notes__[0])


def test_cma_on_a_perceptron_goes_through_the_same_loop() -> None:
    rng = default_rng(0)
    encoding, model = mlp(MlpConfig(hidden=(3,)), 2, 1)
    check_encoding(encoding, model)
    search = Cma(CmaConfig(population=12), encoding.space, rng)
    records = list(islice(evolve(search, encoding, model, Sum(), rng), 30))
    assert records[-1].evaluation.fitness.max() > 2.9 > records[0].evaluation.fitness.max()


def test_the_covariance_matrix_is_full_where_it_is_small() -> None:
    kinds = [type(Cma(CmaConfig(), VectorSpace(size), default_rng(0)).optimizer) for size in (FULL, FULL + 1)]
    assert kinds == [CMA, SepCMA]


@pytest.mark.parametrize("variant", ["full", "diagonal"])
@pytest.mark.parametrize("told", [True, False])
def test_a_restored_cma_goes_on_as_if_never_stopped(variant: str, told: bool) -> None:
    config = CmaConfig.model_validate({"variant": variant})
    first, second = (Cma(config, VectorSpace(6), default_rng(seed)) for seed in (0, 1))
    for turn in range(20):
        asked = first.ask()
        if turn == 9 and not told:
            second.restore(first.state())
        first.tell(-np.sum(np.square(asked), axis=1))
        if turn == 9 and told:
            second.restore(first.state())
        elif turn >= 9:
            assert np.array_equal(asked if turn > 9 or told else second.ask(), second.ask())
            second.tell(-np.sum(np.square(second.ask()), axis=1))
    assert np.array_equal(first.ask(), second.ask())
    assert first.report() == second.report()


def test_cma_begins_anew_where_drifting_breaks_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where half of a plane is as fit as can be, the covariance matrix degenerates in the end."""
    begun: list[int] = []
    begin = Cma._begin
    monkeypatch.setattr(Cma, "_begin", lambda self, seed: (begun.append(seed), begin(self, seed))[1])
    first, second = (Cma(CmaConfig(), VectorSpace(2), default_rng(0)) for _ in range(2))
    while len(set(begun)) < 2:
        for cma in (first, second):
            asked = np.array(cma.ask())
            assert np.isfinite(asked).all()
            cma.tell(np.where(asked[:, 0] > 0, 1.0, 0.0))
        assert len(begun) < 9
    assert np.array_equal(first.ask(), second.ask()), "it begins anew the same way"
    assert 0.1 < first.report()["sigma"] < 10


def test_cma_refuses_graphs_and_a_population_of_one() -> None:
    with pytest.raises(InputError, match="use encoding=mlp or dct, or search=neat"):
        Cma(CmaConfig(), GraphSpace(2, 1), default_rng(0))
    with pytest.raises(InputError, match="population=1"):
        Cma(CmaConfig(population=1), VectorSpace(2), default_rng(0))


def test_vectors_of_another_length_are_refused() -> None:
    encoding, _ = mlp(MlpConfig(hidden=()), 2, 1)
    with pytest.raises(InputError, match="for networks of 3 weights"):
        encoding.decode([np.zeros(4)])


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda found: replace(found, info=None), "info is a NoneType, not columns by name"),
        (lambda found: replace(found, behaviour=np.full((len(found.fitness), 1), np.nan)), "behaviour is not finite for genome"),
        (lambda found: replace(found, info={"when": np.full(len(found.fitness), 1j)}), "holds complex128, not numbers"),
    ],
)
def test_columns_that_are_no_numbers_are_told(change: Any, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        turns(Sum(change), 1)


@pytest.mark.parametrize(
    "verdict",
    [None, 3, Verdict(True, {"mark": "good"}), Verdict(True, 3), Verdict(np.ones(2, bool))],  # type: ignore[arg-type,dict-item]
)
def test_a_verdict_that_is_none_is_told(verdict: Any) -> None:
    class Odd(Sum):
        def examine(self, _policy: Policy, _rng: Generator, /) -> Verdict:
            found: Verdict = verdict
            return found

    with pytest.raises(TaskError, match=r"task Odd: (examine returned|the verdict's) .* in generation 0"):
        turns(Odd(), 1)


def test_all_members_may_be_parents() -> None:
    rng = default_rng(1)
    encoding, _ = direct(DirectConfig(), 2, 1)
    neat = Neat(NeatConfig(population=40, survival=1.0, threshold=0.5), encoding.space, rng)
    for _ in range(30):
        genomes = neat.ask()
        assert all(len(genome.nodes) >= 4 for genome in genomes)
        neat.tell(rng.random(len(genomes)))
    assert len(neat.report()["species"]) > 3


def test_a_behaviour_has_as_many_numbers_as_it_has_names() -> None:
    with pytest.raises(TaskError, match="task Naming, generation 0: behaviour has 2 numbers a network, behaviours name 3"):
        turns(Naming(lambda e: Evaluation(e.fitness, behaviour=np.ones((len(e.fitness), 2)))), 1)
