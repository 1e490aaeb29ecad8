"""Connectivity in plots and reports, and a policy that is watched while a task asks it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from neatcore.errors import InputError
from neatcore.genome import Genome
from neatcore.interfaces import Floats, Policy
from neatcore.loop import blaming, evolve
from runner.connectivity import PICTURES, question_of, wiring_of
from runner.directory import Run
from runner.display import Mute
from runner.media import save_plots, save_report
from runner.session import Parts, assemble, start
from runner.settings import resolve
from runner.watching import LANES, MOMENTS, STEPS, Episode, Watched, moments
from substrates.hyperneat import HyperNeat
from substrates.networks import SubstratePolicy
from tests.runner.toys import task_file
from tests.viz.substrates import local

OF_HYPERNEAT = [name for name in PICTURES if name != "connectivity-cosines"]
HYPERNEAT = ("encoding=hyperneat", "search=neat", "population=12", "generations=2")


def made(task: str, *words: str) -> Run:
    return Run(start(resolve(task, [*HYPERNEAT, *words]), 1, Path("runs"), "neatcore run …", Mute()).run)


def parts_of(task: str, *words: str) -> tuple[Parts, Genome]:
    """The parts of a run, and a champion."""
    parts = assemble(resolve(task, [*HYPERNEAT, *words]), 1)
    turns = evolve(parts.search, parts.encoding, parts.model, parts.task, parts.rng)
    return parts, next(turns).champion


def policy_of(parts: Parts, genomes: list[Genome]) -> SubstratePolicy:
    policy = parts.model.bind(parts.encoding.decode(genomes))
    assert isinstance(policy, SubstratePolicy)
    return policy


def test_connectivity_stands_for_all_its_pictures(tmp_path: Path) -> None:
    made("cartpole", "hidden=[3]", "steps=30")
    paths = save_plots("latest", ["connectivity", "connectivity-space"], tmp_path / "all", "dark")
    assert {path.name for path in paths} == {f"{name}{suffix}" for name in OF_HYPERNEAT for suffix in (".svg", ".png")}
    for path in paths:
        if path.suffix == ".png":
            with Image.open(path) as picture:
                assert picture.width >= 1000
    assert save_plots("latest", ["connectivity-cppn"], tmp_path / "one.png", "light") == [tmp_path / "one.png"]
    assert {f"{name}.png" for name in OF_HYPERNEAT} < {path.name for path in save_plots("latest", [], tmp_path / "rest", "light")}
    with pytest.raises(InputError, match="is one file for 5 plots"):
        save_plots("latest", ["connectivity"], tmp_path / "one.png", "light")
    with pytest.raises(InputError, match="unknown plot of this run 'connectivity-mitrax'; did you mean 'connectivity-matrix'"):
        save_plots("latest", ["connectivity-mitrax"], None, "light")


def test_a_network_without_a_substrate_has_no_connectivity() -> None:
    Run(start(resolve("xor", ["population=12", "generations=2"]), 1, Path("runs"), "", Mute()).run)
    with pytest.raises(InputError, match="unknown plot of this run 'connectivity'"):
        save_plots("latest", ["connectivity"], None, "light")
    assert "Connectivity" not in save_report(["latest"], None).read_text(encoding="utf-8")


def test_a_substrate_without_a_cppn_has_all_but_its_pattern(tmp_path: Path) -> None:
    made("cartpole", "encoding=fixed", "steps=30")
    found = {path.stem for path in save_plots("latest", ["connectivity"], tmp_path, "light")}
    assert found == set(OF_HYPERNEAT) - {"connectivity-cppn"}


def test_cosines_have_their_coefficients_beside_what_they_draw(tmp_path: Path) -> None:
    run = made("cartpole", "encoding=dct", "search=cma", "coefficients=3", "steps=30")
    found = {path.stem for path in save_plots("latest", ["connectivity"], tmp_path, "dark")}
    assert found == set(PICTURES) - {"connectivity-cppn"}
    text = save_report(["latest"], None).read_text(encoding="utf-8")
    assert PICTURES["connectivity-cosines"].caption in text
    assert PICTURES["connectivity-cppn"].caption not in text
    assert run.record["counts"] == {"trained": 3, "weights": 5}


def test_the_champion_of_hyperneat_has_the_names_of_the_cppn(tmp_path: Path) -> None:
    made("cartpole", "steps=30")
    (path,) = save_plots("latest", ["champion"], tmp_path / "champion.svg", "light")
    text = path.read_text(encoding="utf-8")
    assert all(f">{name}<" in text for name in ("x1", "y1", "x2", "y2", "weight"))
    assert ">force<" not in text


def test_a_network_of_too_many_links_is_not_drawn_as_one() -> None:
    made("boxes", "encoding=fixed", "population=4", "generations=1")
    with pytest.raises(InputError, match="unknown plot of this run 'champion'"):
        save_plots("latest", ["champion"], None, "light")


def test_a_report_shows_the_connectivity_within_its_limits() -> None:
    made("boxes", "generations=1")
    page = save_report(["latest"], None)
    text = page.read_text(encoding="utf-8")
    assert "<h3>Connectivity</h3>" in text
    for name in OF_HYPERNEAT:
        assert PICTURES[name].caption in text
    assert "Neurons: input 121, output 121." in text
    assert page.stat().st_size < 3_000_000


def test_a_task_that_shows_nothing_is_watched_while_it_is_evaluated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(task_file(tmp_path))
    paths = save_plots("latest", ["connectivity-activity"], tmp_path / "activity", "light")
    assert all(path.exists() for path in paths)


def test_a_task_that_fails_leaves_the_other_pictures_of_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task_file(tmp_path)
    path = tmp_path / "toy.py"
    path.write_text(path.read_text() + "\n    def show(self, policy, rng):\n        raise KeyError('lost')\n")
    made("toy.py")
    text = save_report(["latest"], None).read_text(encoding="utf-8")
    assert PICTURES["connectivity-fields"].caption in text
    assert PICTURES["connectivity-activity"].caption not in text
    assert "the report goes without connectivity-activity: task" in capsys.readouterr().err


def test_a_cppn_is_asked_as_the_encoding_asks_it() -> None:
    """What is beyond the threshold in the answers is what is linked."""
    for rule in ("threshold", "leo"):
        encoding, genome = local(rule)
        asked = question_of(encoding, genome, 1)
        sheets, ((weight, gate),) = encoding.substrate.sheets, asked.outputs
        answers = asked.ask(sheets[0].points, sheets[1].points)
        linked = encoding.decode([genome]).weights[0][0].T != 0
        expected = answers[gate] > 0 if gate >= 0 else np.abs(answers[weight]) > np.float32(asked.threshold)
        assert np.array_equal(linked, expected)


def test_each_pair_of_sheets_is_asked_for_its_own_outputs() -> None:
    parts, champion = parts_of("cartpole", "hidden=[3]", "rule=leo", "sheet_outputs=each", "steps=30")
    assert isinstance(parts.encoding, HyperNeat)
    asked = question_of(parts.encoding, champion, 2)
    assert [(asked.names[weight], asked.names[gate]) for weight, gate in asked.outputs] == [
        ("weight input → hidden", "express input → hidden"),
        ("weight hidden → output", "express hidden → output"),
    ]
    wiring = wiring_of(parts, champion, "cartpole")
    assert wiring is not None
    assert wiring.draw("connectivity-cppn", "light")


# --- watching -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wiring", ["layers", "recurrent"])
def test_watching_changes_nothing_and_sees_the_outputs(wiring: str) -> None:
    parts, champion = parts_of("cartpole", "hidden=[3]", f"wiring={wiring}", "steps=30")
    bare, rng = policy_of(parts, [champion, champion]), np.random.default_rng(0)
    watched = Watched(bare, [])
    states = [bare.reset(20), watched.reset(20)]
    for _ in range(4):
        inputs: Floats = rng.normal(size=(2, 20, bare.inputs))
        steps = [policy.step(state, inputs) for policy, state in zip((bare, watched), states)]
        states = [state for state, _ in steps]
        assert np.array_equal(steps[0][1], steps[1][1])
        episode = watched.episodes[-1]
        lanes = episode.lanes
        assert len(lanes) == LANES
        assert (lanes[0], lanes[-1]) == (0, 19)
        assert np.allclose(episode.steps[-1][0], inputs[0, lanes], atol=1e-6)
        assert np.allclose(episode.steps[-1][-1], steps[0][1][0, lanes], atol=1e-6)
    assert len(watched.episodes[-1].steps) == 4


def test_a_part_of_a_watched_policy_is_watched_too() -> None:
    parts, champion = parts_of("cartpole", "steps=30")
    watched = Watched(policy_of(parts, [champion] * 3), [])
    part: Policy = watched.take(np.array([1, 2]))
    assert (part.size, part.inputs, part.outputs) == (2, watched.inputs, watched.outputs)
    part.step(part.reset(1), np.zeros((2, 1, part.inputs)))
    assert len(watched.episodes[0].steps) == 1


def test_of_a_long_episode_steps_are_thinned_out_evenly() -> None:
    episode = Episode()
    for step in range(5000):
        episode.add([0], [np.full((1, 1), step)])
    kept = [float(values[0][0, 0]) for values in episode.steps]
    assert len(kept) <= STEPS
    assert kept == [episode.stride * place for place in range(len(kept))]
    assert episode.length == 5000


def test_moments_are_steps_of_an_episode_or_inputs_side_by_side() -> None:
    parts, champion = parts_of("cartpole", "steps=30")
    found = moments(parts.task, policy_of(parts, [champion]))
    assert 1 <= len(found) <= MOMENTS
    assert found[0].title == "step 1"
    parts, champion = parts_of("food-gathering")
    found = moments(parts.task, policy_of(parts, [champion]))
    assert [moment.title for moment in found] == [f"pattern {n}" for n in (1, 2, 4, 5, 7, 8)]
    for moment, sensor in zip(found, (0, 1, 3, 4, 6, 7)):
        assert np.array_equal(moment.values[0], np.eye(8)[sensor]), "the sensors are asked one by one"


def test_an_error_that_names_its_culprit_is_passed_on() -> None:
    with pytest.raises(InputError, match="as it is"), blaming(object(), "in show"):
        raise InputError("as it is")
