"""The race against neat-python, in short."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.peer import CartPole, config_of, neat_python, neat_python_example, settings
from benchmarks.race import Heat, Work
from benchmarks.speed import MATCHES, OURS, PEER, main, result
from neatcore.neat import NeatConfig

XOR = MATCHES["xor"]


def heat(seconds: float, cpu: float = 1.0, steps: int = 0) -> Heat:
    return Heat(50, seconds, cpu, steps, species=3, links=5.0)


def test_the_peer_gets_our_population_rates_and_sizes() -> None:
    config = config_of(settings(NeatConfig(population=77, add_node=0.07, add_link=0.09, survival=0.3, threshold=2.5), inputs=2))
    genome = config.genome_config
    assert (config.pop_size, genome.num_inputs, genome.num_outputs, genome.num_hidden) == (77, 2, 1, 0)
    assert (genome.node_add_prob, genome.conn_add_prob, genome.conn_delete_prob) == (0.07, 0.09, 0.0)
    assert (config.reproduction_config.survival_threshold, config.species_set_config.compatibility_threshold) == (0.3, 2.5)
    assert (genome.weight_mutate_rate, genome.weight_replace_rate) == pytest.approx((0.72, 0.08))


@pytest.mark.parametrize("contestant", [neat_python, neat_python_example])
def test_a_heat_of_the_peer(contestant: object) -> None:
    assert callable(contestant)
    found = contestant(Work("xor", 20, 3), 1)
    assert found.generations == 3
    assert found.links >= 1
    assert found.wall > 0


def test_steps_of_the_peer_are_counted() -> None:
    found = neat_python(Work("cartpole", 5, 2, episodes=2), 1)
    assert found.steps >= 2 * 5 * 2
    episodes = CartPole(episodes=2, seed=1)
    assert next(episodes.seeds) != next(episodes.seeds), "each generation has its own episodes"


def test_ratios_are_medians_of_the_rounds() -> None:
    heats = {OURS: [heat(1.0), heat(1.0), heat(1.0)], PEER: [heat(10.0), heat(30.0), heat(20.0, cpu=40.0)]}
    assert XOR.ratio(heats, OURS) == pytest.approx(20.0)
    assert XOR.cpu_ratio(heats, OURS) == pytest.approx(1.0)
    poles = MATCHES["cartpole"]
    assert poles.ratio({OURS: [heat(1.0, steps=600)], PEER: [heat(2.0, steps=400)]}, OURS) == pytest.approx(3.0)


def test_the_page_says_what_was_wanted_and_found() -> None:
    heats = {name: [heat(1.0 if name == OURS else 12.0)] for name in XOR.contestants}
    page = result({"xor": heats}, 1, "python -m benchmarks.speed xor")
    assert page.headline == "12.0 times neat-python's rate on XOR, population 150, 50 generations."
    assert "Wanted: 10 times neat-python's generations a second." in page.body


def test_one_match_in_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {name: type(each)(each.run, Work("xor", 20, 2)) for name, each in XOR.contestants.items()}
    monkeypatch.setitem(MATCHES, "xor", type(XOR)(XOR.title, quick, XOR.target))
    main(["xor"], rounds=1, folder=tmp_path)
    assert len((tmp_path / "speed.csv").read_text().splitlines()) == 1 + len(quick)
    assert "XOR, population 150" in (tmp_path / "README.md").read_text()
