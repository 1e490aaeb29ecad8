"""The demonstration, with shorter runs than its own: each exhibit is an ordinary run, the page tells of all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runner import demo
from runner.cli import app
from runner.commands import settings_of
from runner.demo import EXHIBITS, demonstrate
from runner.directory import Run, all_runs
from runner.display import Outcome
from tests.test_readme import ROOT

SHORT = tuple(replace(exhibit, words=(*exhibit.words, "population=20", "generations=2")) for exhibit in EXHIBITS)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path))
    return tmp_path


def test_each_exhibit_is_a_run_and_the_page_tells_of_all(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = demonstrate(exhibits=SHORT)
    printed = capsys.readouterr().out
    page = Path(printed.splitlines()[-1])
    assert page.parent.parent == runs
    assert [run.path for run in all_runs(page.parent)] == [outcome.run for outcome in outcomes]
    text = page.read_text(encoding="utf-8")
    for exhibit, outcome in zip(SHORT, outcomes, strict=True):
        assert exhibit.title in text
        assert exhibit.title in printed
        assert Run(outcome.run).record["command"] == exhibit.command
    assert text.count("<h2>") == len(SHORT)
    assert 'src="http' not in text


def test_twice_in_a_row_makes_two_sets_of_runs(runs: Path) -> None:
    first, second = demonstrate(exhibits=SHORT[:1]), demonstrate(exhibits=SHORT[:1])
    assert first[0].run != second[0].run
    assert Run(first[0].run).metrics.read_bytes() == Run(second[0].run).metrics.read_bytes()


def test_the_command_of_an_exhibit_makes_its_run_again(runs: Path) -> None:
    exhibit = SHORT[2]
    (shown,) = demonstrate(exhibits=[exhibit])
    result = CliRunner().invoke(app, [*exhibit.command.split()[1:], "--out", str(runs / "again"), "--quiet"])
    assert result.exit_code == 0
    (again,) = all_runs(runs / "again")
    assert again.metrics.read_bytes() == Run(shown.run).metrics.read_bytes()


def test_a_run_that_is_interrupted_ends_the_demonstration(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "start", lambda *_: Outcome(runs, "interrupted", 1, 20, 1.0, False, None, None))
    assert len(demonstrate(exhibits=SHORT)) == 1
    assert list(runs.rglob("report.html")) == []


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.title)
def test_the_exhibits_themselves_are_valid_and_documented(exhibit: demo.Exhibit) -> None:
    assert settings_of(exhibit.words, exhibit.preset, None).run.stop_when_solved
    assert exhibit.text.endswith(".")


def test_the_makefile_calls_the_command() -> None:
    assert "neatcore demo" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "Evolve three networks" in CliRunner().invoke(app, ["demo", "--help"]).output
    assert len(EXHIBITS) == 3
