from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ordeal import contents
from hypernets import extra
from neatcore.errors import InputError
from neatcore.files import load
from runner.commands import settings_of, training
from runner.directory import Run, find_run
from runner.display import Mute
from runner.listing import print_run
from runner.media import report_data, save_plots, save_report
from runner.presets import usual_training
from runner.session import resume, start
from runner.settings import resolve
from tests.hypernets.teaching import as_file
from tests.runner.test_cli import call

WORDS = ("search=gradient", "encoding=dense", "hidden=[6]", "batch=16", "rate=0.05")


def begin(task: str, *words: str) -> Run:
    return Run(start(resolve(task, [*WORDS, *words]), 3, Path("runs"), "neatcore train", Mute()).run)


def test_training_is_a_run_like_any_other(tmp_path: Path) -> None:
    run = begin(as_file(tmp_path), "generations=4")
    rows = run.rows()
    assert [row["evaluations"] for row in rows] == [row["steps"] for row in rows] == [3, 6, 9, 12]
    assert {"loss", "accuracy", "rate", "slope"} <= set(rows[-1])
    assert 0.0 <= run.record["tested"]["accuracy"] <= 1.0
    assert run.champion("final").exists()


@pytest.mark.parametrize("steps", ["steps=0", "steps=2"])
def test_stopping_and_going_on_changes_nothing(steps: str, tmp_path: Path) -> None:
    task = as_file(tmp_path)
    whole = begin(task, steps, "generations=7")
    parts = begin(task, steps, "generations=2")
    for _ in range(5):
        resume(parts, 1, Mute())
    assert contents(whole.path) == contents(parts.path)
    assert whole.record["tested"] == parts.record["tested"]


def test_words_of_train_are_words_of_run() -> None:
    assert training(["xor", "model=conv", "rate=1"]) == ["xor", "search=gradient", "encoding=conv", "rate=1"]
    assert training(["xor"]) == ["xor", "search=gradient", "encoding=dense"]
    assert training(["run.encoding=mlp"]) == ["search=gradient", "run.encoding=mlp"]
    with pytest.raises(InputError, match="train follows the gradient"):
        training(["xor", "search=cma"])


def test_the_command_line_tells_loss_and_sizes(tmp_path: Path) -> None:
    shown = call("train", as_file(tmp_path), "hidden=[6]", "generations=2")
    assert "32 parameters" in shown.stdout
    assert "loss" in shown.stdout
    assert "trained for 2 generations, 2 steps" in shown.stdout
    assert "tested: accuracy" in shown.stdout


def test_the_same_weights_are_evolved(tmp_path: Path) -> None:
    shown = call("run", as_file(tmp_path), "search=cma", "encoding=dense", "hidden=[]", "generations=2")
    assert "not solved in 2 generations" in shown.stdout
    assert "6 parameters" in shown.stdout


def test_trained_runs_are_compared_by_parameters_steps_and_tests(tmp_path: Path) -> None:
    task = as_file(tmp_path)
    for hidden in ("[4]", "[6]"):
        call("train", task, f"hidden={hidden}", "generations=2", "--seeds", "2", "-q")
    head, small, large = call("compare").stdout.splitlines()
    assert head.split()[2:4] == ["parameters", "weights"]
    assert "tested: accuracy" in head
    assert [line.split()[2] for line in (small, large)] == ["22", "32"]
    assert "2 [2 – 2]" in small


def test_a_task_has_a_usual_way_of_being_trained() -> None:
    assert usual_training("mnist") == "ha2016-mnist"
    assert usual_training("mnist", ["rate=1", "model=hypergan"]) == "ratzlaff2019"
    assert usual_training("text:war.txt") == "ha2016-text"
    assert (usual_training("xor"), usual_training("sides.py:Sides")) == (None, None)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("xor",), "task Xor has no examples to learn from"),
        (("{task}", "model=mlp"), "an encoding with a gradient, such as encoding=dense"),
        (("{task}", "model=direct"), "this encoding has graphs"),
        (("{task}", "model=dens"), "did you mean 'dense'"),
        (("{task}", "drops=[3]"), "drops has 1 steps, factors 0 numbers"),
        (("{task}", "hidden=[4,0]"), "hidden.1=0: must be at least 1"),
        (("{task}", "modle=conv"), "unknown key 'modle'; did you mean 'model'?"),
        (("{task}", "model=dense", "encoding=conv"), "both are named: encoding=dense, encoding=conv"),
    ],
)
def test_mistakes_are_told_in_a_line(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    task = as_file(tmp_path)
    shown = call("train", *(word.replace("{task}", task) for word in words))
    assert shown.exit_code == 2
    assert told in shown.stderr
    assert len(shown.stderr.strip().splitlines()) <= 2


def test_a_course_that_diverges_stops_and_keeps_what_was_good(tmp_path: Path) -> None:
    good = begin(as_file(tmp_path), "generations=3")
    done = call("train", "--from", str(good.path), "rate=1e30", "generations=4", "checkpoint_seconds=0")
    assert done.exit_code == 2
    assert "is nan: choose a rate below 1e+30, or shorten gradients with clip=1" in done.stderr
    run = find_run("latest")
    assert f"its last checkpoint is good; begin with that: neatcore train --from {run.path} rate=…" in done.stderr
    assert run.status() == "failed"
    assert call("train", "--from", str(run.path), "rate=0.01", "generations=1", "-q").exit_code == 0
    assert np.isfinite(find_run("latest").rows()[-1]["loss"])
    assert call("compare").exit_code == 0


LAMARCK = ("output_activation=linear", "gradient=lamarckian", "population=4")
EMPTY = """
from tests.hypernets.teaching import Sides as Base

class Empty(Base):
    def batches(self, size, rng):
        return iter(())

class Wild(Base):
    def batches(self, size, rng):
        for inputs, targets in super().batches(size, rng):
            yield inputs, targets + 5

class Raising(Base):
    def batches(self, size, rng):
        raise KeyError("lost")

class Careless(Base):
    def generalise(self, policy, rng):
        return {"a": "b"}

class Vague(Base):
    def generalise(self, policy, rng):
        return {"a": float("nan")}
"""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("train", "own.py:Empty"), "has no examples: its batches are none"),
        (("train", "own.py:Empty", "steps=3"), "has no examples: its batches are none"),
        (("run", "own.py:Empty", *LAMARCK), "has no examples: its batches are none"),
        (("train", "own.py:Raising"), "task Raising raised KeyError: 'lost' (own.py:15) in batches"),
        (("train", "own.py:Wild"), "task Wild teaches classes 5 … 6; for its 2 outputs they are 0 … 1"),
        (("run", "own.py:Wild", *LAMARCK), "task Wild teaches classes 5 … 6; for its 2 outputs they are 0 … 1"),
        (("train", "own.py:Careless"), "task Careless: what it returned holds something else than single numbers: {'a': 'b'}"),
    ],
)
def test_a_task_that_teaches_nothing_is_told(words: tuple[str, ...], told: str) -> None:
    Path("own.py").write_text(EMPTY, encoding="utf-8")
    done = call(*words, "generations=1", "-q")
    assert done.exit_code == 3
    assert told in done.stderr


@pytest.mark.parametrize(
    "words",
    [("digits", "model=coordinate-hypernet", "grid=[100000,100000]"), ("digits", "model=dense", "hidden=[100000000,100000000]")],
)
def test_what_does_not_fit_into_memory_is_told(words: tuple[str, ...]) -> None:
    done = call("train", *words, "steps=1", "generations=1")
    assert done.exit_code == 2
    assert "GB are free: choose smaller sizes" in done.stderr


def test_a_preset_and_a_file_say_what_is_trained(tmp_path: Path) -> None:
    found = settings_of(training(["digits"], "ratzlaff2019"), "ratzlaff2019", None)
    assert (found.run.search, found.run.encoding) == ("gradient", "hypergan")
    run = begin(as_file(tmp_path), "generations=1", "encoding=dense", "hidden=[5]")
    again = settings_of(training([], None, run.config), None, run.config)
    assert again.sections["encoding"] == {"activation": "relu", "hidden": [5]}
    assert settings_of(training(["digits"], "ha2016-mnist"), "ha2016-mnist", None).run.encoding == "dense"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "--from", "{run}", "search=cma"), "Cma cannot begin with what Gradient came to"),
        (("train", "--from", "{run}", "hidden=[7]"), "do not fit: vectors of 32 numbers, where this run needs vectors of"),
        (("train", "digits", "model=static-hypernet", "trained={run}"), "trained=RUN is for searched=embeddings"),
        (("train", "digits", "factors=[-1]", "drops=[1]"), "factors.0=-1: must be at least 0"),
    ],
)
def test_what_cannot_go_on_says_why(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    run = begin(as_file(tmp_path), "generations=1")
    done = call(*(word.replace("{run}", str(run.path)) for word in words))
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_figure_that_is_no_number_is_shown_as_none() -> None:
    Path("own.py").write_text(EMPTY, encoding="utf-8")
    assert call("train", "own.py:Vague", "generations=1", "-q").exit_code == 0
    assert call("compare").stdout.splitlines()[1].endswith("– [– – –]")
    assert call("show").exit_code == 0


def test_from_a_run_the_same_network_is_trained_on(tmp_path: Path) -> None:
    first = begin(as_file(tmp_path), "generations=30")
    done = call("train", "--from", str(first.path), "generations=1", "-q")
    assert done.exit_code == 0, done.stderr
    second = find_run("latest")
    for section in ("encoding", "search"):
        assert tomllib.loads(second.config.read_text())[section] == tomllib.loads(first.config.read_text())[section]
    assert second.rows()[0]["loss"] < 0.7 * first.rows()[0]["loss"]


def test_a_missing_package_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None if name == "optax" else object())
    with pytest.raises(InputError, match=r'this needs optax: pip install "neatcore\[hypernets\]"'):
        extra.ready()


def test_pictures_and_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = begin(as_file(tmp_path), "generations=3")
    names = {path.name for path in save_plots(str(run.path), [], None, "light")}
    assert names == {f"{name}{end}" for name in ("fitness", "loss", "weights") for end in (".svg", ".png")}
    page = save_report([str(run.path)], None).read_text(encoding="utf-8")
    assert "Trained for 9 steps" in page
    assert "accuracy, tested" in page
    assert report_data(run).champion is None
    print_run(str(run.path), as_json=False)
    assert "tested" in capsys.readouterr().out
    assert find_run(str(run.path)).record["tested"]


def test_evolution_tries_networks_on_some_pictures_and_gradients_on_all() -> None:
    assert settings_of(["digits"], None, None).sections["task"]["sampled"] == 500
    assert settings_of(["digits", "sampled=20"], None, None).sections["task"]["sampled"] == 20
    assert settings_of(training(["digits"]), None, None).sections["task"]["sampled"] == 0


def test_the_embeddings_of_a_trained_generator_are_evolved() -> None:
    call("train", "digits", "model=static-hypernet", "generations=2", "-q")
    trained = find_run("latest")
    words = ("encoding=static-hypernet", "searched=embeddings", "trained=latest", "sampled=50", "sigma=0.1")
    shown = call("run", "digits", *words, "search=cma", "generations=2")
    assert "4 parameters for a network of" in shown.stdout
    run = find_run("latest")
    assert run.path != trained.path
    assert str(trained.champion().resolve()) in run.config.read_text(encoding="utf-8")
    assert len(load(run.champion())) == 4
    shown = call("train", "digits", "model=static-hypernet", "searched=embeddings", f"trained={trained.path}", "generations=2")
    assert "4 parameters for a network of" in shown.stdout
    assert "there are no runs" not in shown.stderr
    wrong = call("run", "digits", "encoding=static-hypernet", "searched=embeddings", "trained=lates", "search=cma")
    assert "did you mean 'latest'?" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("optimizer=adam", "momentum=0.5"), "momentum=0.5: is of optimizer=sgd, this optimizer is adam"),
        (("model=static-hypernet", "units=[3]", "target=conv"), "units=(3,) is of target=dense; this network's target is conv"),
        (("model=static-hypernet", "depth=16"), "depth=16 is of target=wrn; this network's target is conv"),
        (("model=static-hypernet", "encoding.seed=3"), "seed=3 is of the random rest"),
        (("model=hypergan", "channels=[4]"), "channels=(4,) is of target=conv; this network's target is dense"),
    ],
)
def test_keys_of_another_kind_are_told(words: tuple[str, ...], told: str) -> None:
    failed = call("train", "digits", *words, "generations=1", "steps=1")
    assert failed.exit_code == 2
    assert told in failed.stderr
