"""The loop: what it yields, what it refuses."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from cmaes import CMA, SepCMA
from numpy.random import Generator, default_rng

from neatcore.checks import check_encoding
from neatcore.cma import FULL, Cma, CmaConfig
from neatcore.errors import InputError, TaskError
from neatcore.interfaces import Evaluation, GraphSpace, Ints, Policy, VectorSpace, Verdict
from neatcore.loop import champion_of, evolve
from neatcore.neat import Neat, NeatConfig
from neatcore.nets import DirectConfig, direct
from neatcore.perceptron import MlpConfig, mlp
from tests.neatcore.toys import Sum


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
        (lambda e: 1 // 0, r"task Sum raised ZeroDivisionError: .* \(toys\.py:\d+\) in generation 0"),
        (lambda e: next(iter(())), r"task Sum raised StopIteration: .* \(toys\.py:\d+\) in generation 0"),
        (lambda e: sys.exit(3), r"task Sum raised SystemExit: 3 \(toys\.py:\d+\) in generation 0"),
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
    assert re.fullmatch(r"raised by task Sum \(toys\.py:\d+\) in generation 0", caught.value.__notes__[0])


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
