"""The experiment of CIFAR-10 in short: on digits, a shallow network of the same kind learns; and the page from made-up rows."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np

from benchmarks import wrn
from benchmarks.variants import Row
from hypernets.gradient import GradientConfig
from runner.directory import Run
from runner.display import Mute
from runner.session import start
from runner.settings import resolve


def test_the_loss_falls_in_a_few_hundred_steps(tmp_path: Path) -> None:
    words = ("encoding=static-hypernet", "target=wrn", "depth=10", "embedding=8", "batch=16", "steps=50", "rate=0.002")
    run = Run(start(resolve("digits", ["search=gradient", *words, "generations=4"]), 1, tmp_path, "", Mute()).run)
    losses = [row["loss"] for row in run.rows()]
    assert run.rows()[-1]["steps"] == 200
    assert losses[-1] < 0.5 * losses[0]
    assert run.record["tested"]["accuracy"] > 0.7


def row(name: str, step: int, loss: float, last: int) -> Row:
    size = {"parameters": 96_570, "weights": 562_730, "seconds": 3.0}
    test = 81.5 if step == last else ""
    return {"variant": name, "seed": 1, "step": step, "loss": loss, "validation": 80.0 + loss, **size, "test": test}


def test_the_page_says_what_is_open(tmp_path: Path) -> None:
    rows = [row(name, step, 3.0 - step / 20, 40) for name in wrn.SHORT for step in (20, 40)]
    text = wrn.result(rows, tmp_path, 40, 32).write(tmp_path, packages=("jax",)).read_text(encoding="utf-8")
    assert "40 of 672,000 steps" in text
    assert text.count("| open |") == 2
    assert "| hyper-wrn-40-1 | 0.097 M | 96,570 | 2.00 to 1.00 | 3 | 81.00 | 81.50 | 8.02 | 0.01% |" in text
    assert "say nothing of the errors" in text
    assert "validation, %" not in (tmp_path / "wrn.svg").read_text(encoding="utf-8")


def test_the_page_of_a_long_course_has_errors(tmp_path: Path) -> None:
    rows = [row(name, step, 3.0 - step / 5000, 6000) for name in wrn.PAPER for step in (1000, 6000)]
    text = wrn.result(rows, tmp_path, 6000, 128).write(tmp_path, packages=("jax",)).read_text(encoding="utf-8")
    assert "hyper-wrn-40-2 81.50 % (7.23)" in text
    assert "--steps 6000 --batch 128" in text
    assert "| open |" not in text
    assert "validation, %" in (tmp_path / "wrn.svg").read_text(encoding="utf-8")


def test_a_long_course_is_of_all_networks() -> None:
    assert [variant.name for variant in wrn.variants(200, 32)] == list(wrn.SHORT)
    assert [variant.name for variant in wrn.variants(wrn.WHOLE, 128)] == list(wrn.PAPER)
    assert "steps=1000" in wrn.variants(wrn.WHOLE, 128)[0].words


def test_learning_rates_are_the_papers_at_the_same_shares_of_the_course() -> None:
    """(2016, appendix A.3.2)"""
    whole, short = (
        [cast(GradientConfig, variant.settings(1).search).schedule() for variant in wrn.variants(steps, 128)]
        for steps in (wrn.WHOLE, wrn.WHOLE // 100)
    )
    for share, direct, generated in (
        (0.1, 0.1, 2e-3),
        (0.3, 0.02, 1e-3),
        (0.55, 0.004, 2e-4),
        (0.7, 8e-4, 2e-4),
        (0.9, 1.6e-4, 5e-5),
    ):
        for schedules, steps in ((whole, wrn.WHOLE), (short, wrn.WHOLE // 100)):
            rates = [float(schedule(int(share * steps))) for schedule in schedules]
            assert np.allclose(rates, [direct, generated] * 2, rtol=1e-5)
