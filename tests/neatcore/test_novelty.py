"""Novelty search: sparseness and archive against plain loops, the threshold's rule by hand, wrapping that changes nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore import Cma, CmaConfig, InputError, Neat, NeatConfig, Novelty, NoveltyConfig, evolve
from neatcore.genome import Genomes
from neatcore.interfaces import Floats, GraphSpace, Nominating, Observing, Search, VectorSpace
from neatcore.nets import DirectConfig, direct
from neatcore.novelty import Random, kernels
from tasks.boolean import Xor
from tasks.control import CartPole


def sparseness(behaviour: Floats, archive: Floats, k: int) -> list[float]:
    """As it is defined, one behaviour after the other."""
    found = []
    for place, each in enumerate(behaviour):
        others = [*archive, *np.delete(behaviour, place, axis=0)]
        nearest = sorted(float(np.linalg.norm(each - other)) for other in others)[:k]
        found.append(sum(nearest) / len(nearest) if nearest else 0.0)
    return found


@pytest.mark.parametrize("k", [1, 3, 15, 100])
@pytest.mark.parametrize(("size", "kept", "width"), [(1, 0, 2), (1, 4, 2), (20, 0, 2), (20, 30, 3), (7, 5, 1)])
def test_novelty_is_the_mean_distance_to_the_nearest(k: int, size: int, kept: int, width: int) -> None:
    rng = default_rng(size + kept)
    behaviour, archive = rng.integers(0, 6, (size, width)).astype(float), rng.normal(size=(kept, width))
    behaviour[: size // 2] += rng.normal(size=(size // 2, width))  # some of the others are equal
    found = np.empty(size)
    kernels.sparseness(behaviour, archive, k, found)
    assert found == pytest.approx(sparseness(behaviour, archive, k))


@pytest.mark.parametrize("threshold", [0.0, 0.4, 1.0, 9.0])
def test_those_join_that_are_far_from_all_who_joined_before(threshold: float) -> None:
    rng = default_rng(3)
    behaviour, archive = rng.normal(size=(60, 2)), rng.normal(size=(5, 2))
    behaviour[10] = behaviour[3]
    members, joined = list(archive), []
    for each in behaviour:
        joined.append(all(np.linalg.norm(each - member) > threshold for member in members))
        members += [each] * joined[-1]
    found = np.empty(60, np.bool_)
    kernels.admit(behaviour, archive, threshold, found)
    assert found.tolist() == joined
    alone = np.empty(60, np.bool_)
    kernels.admit(behaviour, np.empty((0, 2)), threshold, alone)
    assert alone[0]


class Told:
    """A search that notes what it is told."""

    def __init__(self, size: int) -> None:
        self.size, self.heard = size, [np.empty(0)]

    def ask(self) -> list[int]:
        return list(range(self.size))

    def tell(self, fitness: Floats, /) -> None:
        self.heard.append(np.array(fitness))

    def report(self) -> dict[str, Any]:
        return {"inner": len(self.heard)}

    def state(self) -> dict[str, Any]:
        return {"heard": self.heard[-1]}

    def restore(self, state: Any, /) -> None:
        self.heard.append(state["heard"])


def told(novelty: Novelty[Any], *behaviours: list[list[float]]) -> list[float]:
    """The threshold after each generation."""
    found = []
    for behaviour in behaviours:
        novelty.observe(np.array(behaviour))
        novelty.tell(np.zeros(len(behaviour)))
        found.append(novelty.threshold)
    return found


def test_the_threshold_rises_after_many_and_falls_after_none() -> None:
    config = NoveltyConfig(archive_threshold=1.0, archive_many=2, archive_patience=6, archive_floor=0.9)
    novelty = Novelty(config, Told(3))
    far, near = [[0.0], [10.0], [20.0]], [[0.5], [10.5], [20.5]]
    assert told(novelty, far) == pytest.approx([1.2])  # three joined
    assert told(novelty, near, near, near, near) == pytest.approx([1.2, 1.14, 1.14, 1.083])  # six evaluations without any
    assert told(novelty, *[near] * 20)[-1] == 0.9
    assert told(novelty, [[0.0], [10.0], [30.0]]) == [0.9]  # one joined
    assert novelty.archive.tolist() == [[0], [10], [20], [30]]
    assert novelty.idle == 0
    assert told(novelty, near) == [0.9]
    assert novelty.idle == 3


def test_the_first_threshold_is_the_first_mean_novelty() -> None:
    inner = Told(4)
    novelty = Novelty(NoveltyConfig(neighbours=1), inner)
    told(novelty, [[0.0, 0.0], [0.0, 1.0], [3.0, 0.0], [3.0, 0.0]])
    assert inner.heard[-1].tolist() == [1, 1, 0, 0]
    assert novelty.archive.tolist() == [[0, 0], [0, 1], [3, 0]]
    assert novelty.report()["archive_threshold"] == 0.5
    assert novelty.report()["inner"] == 2


def test_the_first_threshold_waits_until_not_all_do_the_same() -> None:
    novelty = Novelty(NoveltyConfig(neighbours=1), Told(3))
    assert told(novelty, [[1.0]] * 3) == [0.0]
    assert told(novelty, [[1.0], [2.0], [4.0]]) == pytest.approx([1.0])
    assert novelty.archive.ravel().tolist() == [1, 4]


def test_genomes_of_the_search_within_hand_on_what_they_have_learnt() -> None:
    neat, cma = (Novelty(NoveltyConfig(), search) for search in searches())
    population = Genomes.of(neat.ask())
    links = population.links.copy()
    links["weight"] = 0.25
    neat.inherit(population.with_links(links))
    assert set(Genomes.of(neat.ask()).links["weight"].tolist()) == {0.25}
    with pytest.raises(InputError, match="cannot inherit what was learnt; use search=neat"):
        cma.inherit(cma.ask())


SPACE = GraphSpace(2, 1)


def searches() -> list[Search[Any]]:
    rng = default_rng(1)
    return [Neat(NeatConfig(population=20), SPACE, rng), Cma(CmaConfig(population=8), VectorSpace(5), rng)]


@pytest.mark.parametrize("which", [0, 1], ids=["neat", "cma"])
def test_the_search_within_does_what_it_would_do_if_novelty_were_fitness(which: int) -> None:
    plain, inner = searches()[which], searches()[which]
    novelty = Novelty(NoveltyConfig(), inner)
    rng = default_rng(5)
    for _ in range(6):
        behaviour = rng.normal(size=(len(plain.ask()), 3))
        archive = novelty.archive.reshape(-1, 3)
        assert len(novelty.ask()) == len(plain.ask())
        novelty.observe(behaviour)
        novelty.tell(rng.normal(size=len(behaviour)))  # fitness makes no difference
        expected = np.empty(len(behaviour))
        kernels.sparseness(behaviour, archive, 15, expected)
        plain.tell(expected)
        mine, other = inner.state(), plain.state()
        assert all(np.array_equal(mine[name], other[name]) for name in other)
    assert len(novelty.archive)


@pytest.mark.parametrize("which", [0, 1], ids=["neat", "cma"])
def test_restoring_goes_on_as_if_nothing_had_happened(which: int) -> None:
    behaviours = default_rng(7).normal(size=(8, len(searches()[which].ask()), 2))
    whole, cut, again = (Novelty(NoveltyConfig(), searches()[which]) for _ in range(3))
    told(whole, *behaviours)
    told(cut, *behaviours[:4])
    again.restore(cut.state())
    if isinstance(cut.search, Neat) and isinstance(again.search, Neat):  # whose generator is its owner's to restore
        again.search.rng.bit_generator.state = cut.search.rng.bit_generator.state
    told(again, *behaviours[4:])
    expected, found = whole.state(), again.state()
    assert set(found) == set(expected)
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
    assert whole.report() == again.report()


def test_reading_the_state_hands_out_copies() -> None:
    novelty = Novelty(NoveltyConfig(), Told(3))
    told(novelty, [[0.0], [1.0], [2.0]])
    novelty.state()["archive"][:] = 9
    assert novelty.archive.max() <= 2


def test_the_loop_shows_behaviour_and_solved_is_the_tasks_own_verdict() -> None:
    rng = default_rng(4)
    encoding, model = direct(DirectConfig(), 2, 1)
    search = Novelty(NoveltyConfig(), Neat(NeatConfig(population=150), encoding.space, rng))
    assert isinstance(search, Observing)
    assert not isinstance(search, Nominating)
    for generation in evolve(search, encoding, model, Xor(), rng):
        answers = generation.evaluation.behaviour
        assert answers is not None
        right = (np.abs(answers - [0, 1, 1, 0]) < 0.5).all(axis=1)
        assert generation.solved == right.any()
        assert generation.evaluation.fitness[generation.best] == generation.evaluation.fitness[right if right.any() else ...].max()
        if generation.solved or generation.number == 60:
            break
    assert generation.solved
    assert generation.report["archive"] == len(search.archive) > 10


def test_without_behaviour_it_says_so() -> None:
    rng = default_rng(0)
    encoding, model = direct(DirectConfig(), 4, 1)
    search = Novelty(NoveltyConfig(), Neat(NeatConfig(population=10), encoding.space, rng))
    with pytest.raises(InputError, match="evaluations have no behaviour"):
        next(evolve(search, encoding, model, CartPole(steps=5), rng))


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ([[1.0]], r"shape \(1, 1\), not \(3, B\)"),
        ([1.0, 2.0, 3.0], r"shape \(3,\), not"),
        ([[1.0], [np.nan], [2.0]], r"genomes \[1\] is not finite"),
        ([[1.0, 2.0]] * 3, "has 2 numbers, those in the archive 1"),
    ],
)
def test_behaviour_that_does_not_fit_is_refused(behaviour: Any, message: str) -> None:
    novelty = Novelty(NoveltyConfig(), Told(3))
    told(novelty, [[0.0], [1.0], [2.0]])
    with pytest.raises(InputError, match=message):
        novelty.observe(np.array(behaviour))
    with pytest.raises(InputError, match="before it has observed"):
        novelty.tell(np.zeros(3))


def test_the_control_is_told_random_numbers_from_the_generator_of_the_run() -> None:
    inner = Told(5)
    control = Random(NoveltyConfig(), inner, default_rng(2))
    control.tell(np.full(5, np.nan))
    control.tell(np.zeros(5))
    assert np.concatenate(inner.heard).tolist() == default_rng(2).random(10).tolist()
    assert control.report() == {"inner": 3}
