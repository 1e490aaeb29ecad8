from __future__ import annotations

import pytest

from benchmarks.race import Contestant, Heat, Work, neatcore, race


def test_contestants_take_turns_with_the_same_seeds_after_a_warm_up() -> None:
    calls: list[tuple[str, int, int]] = []

    def contestant(name: str) -> Contestant:
        def run(work: Work, seed: int) -> Heat:
            calls.append((name, work.population, seed))
            return Heat(work.generations, wall=2.0, cpu=1.0, steps=0, species=1, links=3.0)

        return Contestant(run, Work("xor", 150, 50))

    heats = race({"a": contestant("a"), "b": contestant("b")}, rounds=2, told=lambda _: None)
    assert calls == [("a", 20, 0), ("b", 20, 0), ("a", 150, 1), ("b", 150, 1), ("a", 150, 2), ("b", 150, 2)]
    assert [heat.generation_rate for heat in heats["a"]] == [25.0, 25.0]


def test_a_heat_of_ours_counts_what_was_done() -> None:
    heat = neatcore(Work("xor", 30, 5), seed=1)
    assert (heat.generations, heat.steps) == (5, 0)
    assert heat.links >= 3
    assert heat.wall > 0
    poles = neatcore(Work("cartpole", 10, 2, episodes=3), seed=1)
    assert poles.steps >= 2 * 10 * 3, "every episode takes a step at least"
    assert poles.step_rate == pytest.approx(poles.steps / poles.wall)
