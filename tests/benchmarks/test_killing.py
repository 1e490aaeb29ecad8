from __future__ import annotations

from pathlib import Path

import pytest
from numpy.random import default_rng

from benchmarks import ordeal as ordeals
from benchmarks.killing import result
from benchmarks.ordeal import Ordeal, ordeal
from neatcore.errors import TaskError

CMA = ("xor", "search=cma", "encoding=mlp", "generations=60", "stop_when_solved=false", "checkpoint_seconds=0.05", "--quiet")


def test_a_killed_run_ends_as_the_one_left_alone(tmp_path: Path) -> None:
    found = ordeal(tmp_path, (*CMA, "--seed", "4"), kills=1, seconds=0.1, rng=default_rng(2))
    assert found.survived, found.files
    assert {"metrics", "final.npz"} <= set(found.files)
    assert len(found.reached) == found.kills == 1


def test_a_difference_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordeals, "begin_or_resume", lambda *_: ["run", *CMA, "--seed", "5"])
    found = ordeal(tmp_path, (*CMA, "--seed", "4"), kills=0, seconds=0.1, rng=default_rng(2))
    assert not found.survived
    assert not found.files["metrics"]


def test_a_run_that_fails_of_itself(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"neatcore run xorr ended with 2: .*did you mean 'xor'"):
        ordeal(tmp_path, ("xorr",), kills=1, seconds=0.1, rng=default_rng(2))


def test_the_page_counts_the_survivors() -> None:
    same, other = Ordeal(3, 3, (5, 9, 9), {"metrics": True}), Ordeal(3, 2, (5, 9, 9), {"metrics": False, "final.npz": True})
    page = result({"a": same, "b": other}, 0.5)
    assert page.headline == "1 of 2 runs ended the same to the byte after 5 kills at work."
    assert "| b | 3 | 2 | 2 | 1 | 5, 9, 9 |" in page.body
