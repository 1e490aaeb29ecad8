"""A champion at other values of a task's parameter, and runs that begin with the genomes of another."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from neatcore.errors import InputError
from neatcore.files import load
from runner import checkpoint as checkpoints
from runner.cli import app
from runner.commands import settings_of
from runner.directory import Run, all_runs
from runner.media import save_report
from runner.scaling import kept, parse

FOOD = ("food-gathering", "population=20", "generations=2")


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def evolved(runs: Path, *words: str) -> Run:
    """A short run, the newest there is."""
    assert call("run", *words, "--quiet").exit_code == 0
    return all_runs(runs)[-1]


def test_words_become_a_run_a_parameter_and_values() -> None:
    assert parse(["--resolution", "33", "55"]) == ("latest", "resolution", ["33", "55"])
    assert parse(["boxes-1", "--max-speed=3,4", "5"]) == ("boxes-1", "max_speed", ["3", "4", "5"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "one parameter"),
        (["latest"], "one parameter"),
        (["--a", "1", "--b", "2"], "one parameter"),
        (["one", "two", "--a", "1"], "which run"),
        (["--a"], "--a has no values"),
    ],
)
def test_words_that_say_too_little_or_too_much(words: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(words)


def test_a_champion_is_asked_again_and_the_report_tells_of_it(runs: Path) -> None:
    run = evolved(runs, *FOOD)
    told = call("scale", "--sensors", "16", "32", "--json")
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(row["value"], row["possible"]) for row in rows] == [(8, 64), (16, 256), (32, 1024)]
    assert rows[0]["fitness"] == pytest.approx(max(row["best"] for row in run.rows()))
    assert [row.as_json() for row in kept(run)] == rows
    table = call("scale", "latest", "--sensors", "16").stdout
    assert "8 (evolved)" in table
    assert "collected" in table
    page = save_report(["latest"], None).read_text(encoding="utf-8")
    assert "<h3>Scaling</h3>" in page
    assert "<td>8 (evolved)</td>" in page


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--sensor", "16"), "did you mean 'sensors'?"),
        (("--sensors", "1"), "sensors"),
        (("--sensors", "x"), "sensors"),
        (("no-such-run", "--sensors", "16"), "unknown run"),
    ],
)
def test_bad_input_to_scale_is_named(runs: Path, words: tuple[str, ...], message: str) -> None:
    run = evolved(runs, *FOOD)
    told = call("scale", *words)
    assert told.exit_code == 2
    assert message in told.stderr
    assert kept(run) == []


STRETCHED = """
from typing import ClassVar
import numpy as np
from neatcore.interfaces import Evaluation, Verdict
from neatcore.parameters import Parameters

class Stretched(Parameters):
    inputs: ClassVar[int] = 2
    outputs: ClassVar[int] = 1
    size: int = 1

    def evaluate(self, policy, rng):
        return Evaluation(np.zeros(policy.size))

    def examine(self, policy, rng):
        return Verdict(self.size == 1, {"size": self.size})

    def generalise(self, policy, rng):
        return {"other": 1 / (3 - self.size)}
"""


def test_a_task_that_examines_says_whether_it_is_solved_and_one_that_fails_is_blamed(runs: Path, tmp_path: Path) -> None:
    task = tmp_path / "stretched.py"
    task.write_text(STRETCHED)
    evolved(runs, str(task), "encoding=hyperneat", "population=10", "generations=1")
    rows = [json.loads(line) for line in call("scale", "latest", "--size", "2", "--json").stdout.splitlines()]
    assert [(row["solved"], row["info"]) for row in rows] == [
        (True, {"size": 1, "other": 0.5}),
        (False, {"size": 2, "other": 1}),
    ]
    told = call("scale", "latest", "--size", "3")
    assert told.exit_code == 3  # a task that fails
    assert "stretched.py" in told.stderr
    assert "raised ZeroDivisionError" in told.stderr
    assert "in generalise" in told.stderr


def test_genomes_that_are_networks_themselves_cannot_be_asked_elsewhere(runs: Path) -> None:
    evolved(runs, *FOOD, "encoding=direct")
    told = call("scale", "--sensors", "16")
    assert told.exit_code == 2
    assert "evolve with encoding=hyperneat" in told.stderr


def test_a_run_begins_with_the_genomes_of_another_and_resumes_so(runs: Path) -> None:
    first = evolved(runs, *FOOD)
    last, _ = checkpoints.latest(first.checkpoints)
    assert last is not None
    second = evolved(runs, "--from", first.name, "sensors=16", "generations=3")
    settings = settings_of([], None, None, second.name)
    assert (settings.run.task, settings.run.generations) == ("food-gathering", 3)
    assert settings.sections["task"]["sensors"] == 16
    assert settings.sections["search"]["population"] == 20
    known = [second.record["origin"], str(first.path.resolve())]
    assert known[0] == known[1]
    whole = second.metrics.read_bytes()
    assert (second.champions / "000000.npz").exists()
    born = load(second.champion("0"))
    assert any(born == genome for genome in _population(last.search))
    for path in second.checkpoints.glob("*.npz"):
        if path.stem != "000000":
            path.unlink()
    second.update(status="killed")
    assert call("resume", second.name, "--quiet").exit_code == 0
    assert second.metrics.read_bytes() == whole


def test_a_run_whose_settings_name_no_task_is_told(runs: Path) -> None:
    first = evolved(runs, *FOOD)
    first.config.write_text("[search]\npopulation = 20\n")
    for words in (("run", "--from", "latest"), ("compare", "latest"), ("scale", "latest", "--sensors", "16")):
        told = call(*words)
        assert told.exit_code == 2
        assert re.search(f"{first.config.name} names no(ne| task) \\(run.task\\)", told.stderr.replace("\n", ""))


def _population(state):  # type: ignore[no-untyped-def]
    from neatcore.genome import Genomes

    return Genomes(*(state[name] for name in ("nodes", "links", "node_starts", "link_starts")))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("encoding.distance=true",), "do not fit"),
        (("encoding=direct",), "do not fit"),
        (("--preset", "cppn"), "no room for --preset"),
        (("--seeds", "2"), "one run at a time"),
    ],
)
def test_what_does_not_go_with_another_run_s_genomes(runs: Path, words: tuple[str, ...], message: str) -> None:
    evolved(runs, *FOOD)
    told = call("run", "--from", "latest", *words)
    assert told.exit_code == 2
    assert message in told.output.replace("\n", " ")
    assert len(all_runs(runs)) == 1


def test_tasks_of_the_paper_come_with_its_settings_unless_others_are_chosen() -> None:
    usual = settings_of(["boxes"], None, None)
    assert (usual.run.encoding, usual.sections["search"]["population"], usual.sections["encoding"]["bias"]) == (
        "hyperneat",
        300,
        0.3,
    )
    assert settings_of(["boxes", "delta=true"], None, None).sections["encoding"]["delta"] is True
    assert settings_of(["boxes", "encoding=direct"], None, None).sections["search"]["population"] == 150
    baseline = settings_of(["boxes"], "stanley2009-p-neat", None)
    assert (baseline.run.encoding, baseline.sections["encoding"]["readout"]) == ("fixed", "linear")
    assert settings_of(["food-gathering", "layout=parallel"], None, None).sections["task"]["layout"] == "parallel"
