"""The experiment of CIFAR-10 in short: on digits, a shallow network of the same kind learns; and the page from made-up rows."""

from __future__ import annotations

from pathlib import Path

from benchmarks import wrn
from benchmarks.variants import Row
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


def row(name: str, step: int, loss: float) -> Row:
    size = {"parameters": 96_570, "weights": 562_730, "seconds": 3.0}
    return {"variant": name, "seed": 1, "step": step, "loss": loss, "validation": 80.0, **size, "test": 81.5 if step == 40 else ""}


def test_the_page_says_what_is_open(tmp_path: Path) -> None:
    rows = [row(name, step, 3.0 - step / 20) for name in wrn.SHORT for step in (20, 40)]
    text = wrn.result(rows, tmp_path, 40, 32).write(tmp_path, packages=("jax",)).read_text(encoding="utf-8")
    assert "40 of 672,000 steps" in text
    assert text.count("| open |") == 2
    assert "| hyper-wrn-40-1 | 0.097 M | 96,570 | 2.00 to 1.00 | 81.5 |" in text
    assert (tmp_path / "wrn.svg").exists()


def test_a_long_course_is_of_all_networks() -> None:
    assert [variant.name for variant in wrn.variants(200, 32)] == list(wrn.SHORT)
    assert [variant.name for variant in wrn.variants(wrn.WHOLE, 128)] == list(wrn.PAPER)
    assert "steps=1000" in wrn.variants(wrn.WHOLE, 128)[0].words
