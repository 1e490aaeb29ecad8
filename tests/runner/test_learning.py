"""Learning within a lifetime on the command line: one run like any other, whatever is inherited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.ordeal import contents
from neatcore.files import load_genome
from runner.commands import settings_of
from runner.directory import Run, find_run
from runner.display import Mute
from runner.media import report_data, save_plots
from runner.session import resume, start
from runner.settings import Settings
from tests.hypernets.teaching import as_file
from tests.runner.test_cli import call
from viz.report import report

WORDS = ("search=neat", "encoding=cppn", "hidden=[[2,2]]", "population=4", "task.shrink=2", "learning.steps=4")
PLAIN = tuple(word for word in WORDS if not word.startswith("learning"))


def settings(*words: str) -> Settings:
    return settings_of(["denoise", *words], None, None)


def begin(gradient: str, *words: str, generations: int = 2) -> Run:
    chosen = PLAIN if gradient == "none" else WORDS
    given = settings(*chosen, f"gradient={gradient}", *words, f"generations={generations}")
    return Run(start(given, 3, Path("runs"), "neatcore run …", Mute()).run)


def test_stopping_and_going_on_changes_nothing() -> None:
    whole, parts = begin("lamarckian", generations=3), begin("lamarckian", generations=1)
    resume(parts, 2, Mute())
    assert contents(whole.path) == contents(parts.path)
    assert whole.record["tested"] == parts.record["tested"]


def test_what_is_inherited_decides_the_course() -> None:
    lamarck, baldwin, none = (begin(gradient, generations=3) for gradient in ("lamarckian", "baldwinian", "none"))
    first = [run.rows()[0]["best"] for run in (lamarck, baldwin, none)]
    assert first[0] == first[1] > first[2]
    assert lamarck.rows()[1]["mean"] > baldwin.rows()[1]["mean"]
    assert [row["lesson"]["steps"] for row in lamarck.rows()] == [16, 16, 16]
    assert all(row["lesson"]["last"] < row["lesson"]["first"] for row in baldwin.rows())
    assert "lesson" not in none.rows()[0]


def test_without_a_gradient_a_run_is_as_it_was() -> None:
    """`gradient=none` is what a run is that says nothing of it."""
    plain = settings_of(["xor", "generations=2"], None, None)
    said = settings_of(["xor", "generations=2", "gradient=none"], None, None)
    assert plain.sections == said.sections
    assert plain.learning is None


def test_its_own_preset_learns_and_words_of_it_do_not_turn_it_away() -> None:
    plain = settings()
    assert (plain.run.gradient, plain.run.encoding, plain.run.search) == ("lamarckian", "cppn", "neat")
    assert settings("encoding=cppn", "search=neat", "gradient=lamarckian").sections == plain.sections
    assert settings("gradient=none").learning is None
    assert settings("encoding=dense", "search=gradient").run.gradient == "none"


def test_the_command_line_tells_what_is_learnt() -> None:
    shown = call("run", "denoise", *WORDS, "gradient=lamarckian", "generations=2")
    assert "tested: test error" in shown.stdout
    assert "species 1  lesson 0." in shown.stdout


def test_the_same_weights_go_on_by_gradient_and_by_evolution() -> None:
    """`genome=RUN` is the champion's CPPN, its structure kept."""
    run = begin("lamarckian", generations=1)
    genome = load_genome(run.champion())
    same = ("hidden=[[2,2]]", "sheet_outputs=each", "shrink=2", "generations=2")
    shown = call("train", "denoise", "model=genome", "genome=latest", *same, "steps=3")
    assert "trained for 2 generations, 6 steps" in shown.stdout
    z = np.load(find_run("latest").champion())
    assert any(array.shape == (len(genome.links),) for array in z.values())
    evolved = call("run", "denoise", "encoding=genome", "search=cma", f"genome={run.champion()}", *same)
    assert "not solved in 2 generations" in evolved.stdout


def test_pictures_and_report(tmp_path: Path) -> None:
    run = begin("lamarckian", generations=2)
    for name in ("lesson", "connectivity-fields"):
        (path,) = save_plots("latest", [name], tmp_path / f"{name}.png", "dark")
        with Image.open(path) as picture:
            assert picture.width >= 600
    told = report([replace(report_data(run), shown=None, extra=())])
    assert "Learning within a lifetime" in told
    assert "median loss" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("xor", "gradient=lamarckian"), "task Xor has no examples to learn from"),
        (("{task}", "gradient=lamarkian"), "gradient=lamarkian: must be 'none', 'lamarckian' or 'baldwinian'"),
        (("{task}", "gradient=lamarckian", "recurrent=true"), "leave out recurrent=true"),
        (
            ("{task}", "gradient=lamarckian", "encoding=dense", "search=cma"),
            "genomes of this encoding have no weights to learn",
        ),
        (("{task}", "gradient=baldwinian", "encoding=dense", "search=cma"), "genomes of this encoding have no weights to learn"),
        (("{task}", "gradient=baldwinian", "encoding=dense", "search=gradient"), "leave out gradient"),
        (("{task}", "learning.steps=3"), "learning.steps=3: nothing is learnt without gradient=lamarckian or baldwinian"),
        (("denoise", "gradient=lamarckian", "learning.rate=0"), "rate=0: must be more than 0 (learning.rate)"),
        (("denoise", "shrink=3"), "shrink=3 does not divide the 8 × 8 pixels of digits"),
        (("denoise", "search=neat", "encoding=genome"), "which genome?"),
    ],
)
def test_mistakes_are_told_in_a_line(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    task = as_file(tmp_path)
    shown = call("run", *(word.replace("{task}", task) for word in words), "generations=1")
    assert shown.exit_code == 2, shown.stdout
    assert told in shown.stderr
    assert len(shown.stderr.strip().splitlines()) <= 2


def test_lessons_of_which_nobody_learns_stop_the_run() -> None:
    words = ("gradient=lamarckian", "learning.rate=3e38", "learning.clip=0", "generations=2")
    failed = call("run", "denoise", *WORDS, *words)
    assert failed.exit_code == 2
    assert "of all 4 genomes the lessons end in numbers that are not finite: choose a learning.rate below 3e+38" in failed.stderr
