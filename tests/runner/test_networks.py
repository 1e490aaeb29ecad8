"""Networks drawn from a generator on the command line: files, figures, attacks, mistakes of a user."""

from __future__ import annotations

import json
import re
from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest
from PIL import Image

from benchmarks.ordeal import contents
from hypernets.dense import Dense
from runner.attacking import parse
from runner.compare import grouped
from runner.directory import all_runs, find_run
from runner.networks import Drawn, collapse
from tasks.boolean import Xor
from tests.runner.test_cli import call

TINY = ("training=200", "batch=50", "units=[16]", "hidden=[8]", "noise=6", "code=5", "codes=8", "networks=2", "matching=2")


def test_networks_are_drawn_tried_and_attacked(tmp_path: Path) -> None:
    assert call("train", "digits", "model=hypergan", *TINY, "answering=2", "generations=1", "--quiet").exit_code == 0
    one, same, other = (call("sample", "--networks", "3", "--seed", seed) for seed in ("1", "1", "2"))
    path = find_run("latest").media / "networks-3.npz"
    assert one.stdout == same.stdout == other.stdout == f"{path}\n"
    drawn = np.load(path)
    assert drawn["dense1.kernel"].shape == (3, 64, 8)
    again = call("sample", "--networks", "3", "--seed", "2", "--evaluate", "--out", "few.npz")
    assert np.array_equal(np.load(tmp_path / "few.npz")["dense1.kernel"], drawn["dense1.kernel"])
    head, single, differ, _, names, first, second, _ = again.stdout.splitlines()
    assert re.fullmatch(r"two networks take \d+\.\d\d % of the pictures for different things", differ)
    assert (head.split()[0], single.split()[0], names.split()[0]) == ("networks", "1", "layer")
    assert (first.split()[0], second.split()[0]) == ("dense1.kernel", "dense2.kernel")
    words = ("attack", "--method", "fgsm", "--epsilon", "0", "0.5", "--networks", "2", "--pictures", "40")
    none, much = (json.loads(line) for line in call(*words, "--json").stdout.splitlines())
    assert (none["fooled"], none["epsilon"], much["epsilon"]) == (0.0, 0.0, 0.5)
    assert much["fooled"] > 20
    usual = call("attack", "--method", "fgsm", "--epsilon", "0.1", "--networks", "2", "--json")  # of 300, not of 500 pictures
    assert json.loads(usual.stdout)["epsilon"] == 0.1
    *table, pictures = call(*words).stdout.splitlines()
    assert len(table) == 3
    assert max(map(len, table)) <= 80
    assert pictures.endswith("attack-*.png")
    with Image.open(find_run("latest").media / "attack-fgsm-0.5.png") as sheet:
        assert sheet.width > 100
    report = Path(call("report", "latest").stdout.strip()).read_text(encoding="utf-8")
    assert "The champion’s weights" in report
    for mistake, said in (
        (("sample", "--networks", "2", "--out", "few.txt"), "networks are written as .npz"),
        (("sample", "--networks", "2", "--outliers", "."), "add --evaluate"),
        (("sample", "--networks", "2", "--evaluate", "--outliers", "."), "the letters are 28 × 28"),
        (("attack", "--pictures", "1000"), "more than the 300 test pictures"),
        (("attack", "--epsilon", "0.1", "2"), "--epsilon 2 is not from 0 to 1"),
        (("sample", "--networks", "100000000000"), "GB are free: draw fewer"),
        (("attack", "--method", "fsgm"), "did you mean 'fgsm'"),
    ):
        done = call(*mistake)
        assert done.exit_code == 2
        assert said in done.stderr


def test_classes_that_were_not_taught_are_asked_too() -> None:
    words = (*TINY[1:], "classes=5", "answering=2", "generations=12", "rate=0.002", "--quiet")
    assert call("train", "digits", "model=hypergan", *words).exit_code == 0
    done = call("sample", "--networks", "3", "--evaluate")
    assert done.exit_code == 0, done.stderr
    *_, doubt, area, _ = done.stdout.splitlines()
    assert doubt.startswith("entropy: of test pictures ")
    assert "of other classes" in doubt
    assert float(area.removeprefix("area under the ROC curve of telling other classes by it: ")) > 0.5


def test_a_run_without_a_generator_is_named() -> None:
    call("run", "xor", "generations=1", "--quiet")
    for command in (("sample", "--networks", "2"), ("attack",)):
        done = call(*command)
        assert done.exit_code == 2
        assert "has encoding=direct, from which no networks for pictures are drawn" in done.stderr


def test_the_noise_of_a_generator_is_searched_by_runs_that_stand_alone(tmp_path: Path) -> None:
    assert call("train", "digits", "model=hypergan", *TINY, "answering=2", "generations=1", "--quiet").exit_code == 0
    assert call("train", "digits", "model=hypergan", *TINY, "generations=1", "--quiet", "--seed", "1").exit_code == 0
    one, other = all_runs(tmp_path / "runs")
    for trained in (one, one, other):
        done = call("run", "digits", f"encoding={trained.path}", "search=cma", "population=4", "generations=2", "--quiet")
        assert done.exit_code == 0, done.stderr
    first, same, third = all_runs(tmp_path / "runs")[2:]
    assert contents(first.path) == contents(same.path)
    assert len(grouped([first, same, third])) == 2
    assert call("train", "digits", f"model={other.path}", "generations=1", "--quiet").exit_code == 0
    rmtree(one.path)
    first.path.rename(tmp_path / "moved")
    for command in (("sample", "--networks", "2"), ("attack",)):
        assert "has encoding=hypergan-latent, from which no networks" in call(command[0], str(third.path), *command[1:]).stderr
    for command in (("resume", "--generations", "1", "--quiet"), ("report",), ("plot", "weights")):
        done = call(command[0], str(tmp_path / "moved"), *command[1:])
        assert done.exit_code == 0, done.stderr
    again = call("run", "digits", f"encoding={third.path}", "search=cma")
    assert "has encoding=hypergan-latent, which is no generator of networks; make one with model=hypergan" in again.stderr
    wrong = call("run", "xor", f"encoding={other.path}", "search=cma").stderr
    assert "makes networks of 64 inputs and 10 outputs; this task needs 2 inputs and 1 output" in wrong


def test_a_task_without_examples_cannot_teach_a_generator() -> None:
    done = call("train", "cartpole", "model=hypergan")
    assert done.exit_code == 2
    assert done.stderr == "error: task CartPole has no examples to learn from, which search=gradient needs\n"


def test_words_of_an_attack() -> None:
    assert parse([]) == ("latest", ["fgsm", "pgd"], [0.01, 0.03, 0.1, 0.3])
    assert parse(["xor", "--epsilon", "0.5", "1", "--method=pgd"]) == ("xor", ["pgd"], [0.5, 1.0])
    with pytest.raises(ValueError, match="which run"):
        parse(["a", "b"])
    with pytest.raises(ValueError, match="did you mean 'epsilon'"):
        parse(["--epsilno", "1"])
    with pytest.raises(ValueError, match="'much' is not a number"):
        parse(["--epsilon", "much"])


def test_a_generator_that_has_collapsed_is_told() -> None:
    rng, network = np.random.default_rng(0), Dense((2, 3, 1))
    kernel = rng.normal(size=(1, 2, 3))

    def told(kernels: np.ndarray) -> str:
        rest = {"dense2.kernel": np.tile(rng.normal(size=(1, 3, 1)), (len(kernels), 1, 1))}
        return collapse(Drawn(Xor(), network, {"dense1.kernel": kernels} | (rest if len(kernels) > 1 else {})))

    assert told(kernel) == ""
    assert "one and the same in practice" in told(np.tile(kernel, (4, 1, 1)))
    assert "differ in length, hardly in direction" in told(kernel * np.array([1.0, 1.5, 2.0])[:, None, None])
    assert told(rng.normal(size=(4, 2, 3))) == ""
