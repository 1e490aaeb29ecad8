"""The memory of a step: a small one measured, the page."""

from __future__ import annotations

from pathlib import Path

from benchmarks import step_memory
from benchmarks.variants import Variant

WORDS = ("matching=0", "units=[32]", "batch=16", "networks=2", "codes=8", "training=200")


def test_a_step_holds_its_ends_and_something_between() -> None:
    row = step_memory.measured(Variant("digits", "digits", "ratzlaff2019", WORDS), 2)
    assert row["state"] == 3 * 4 * row["parameters"] / 1e6
    assert row["state"] < row["planned"] < 2 * row["state"]  # weights and averages are changed where they are
    assert row["peak"] >= row["before"] > row["planned"]


def test_the_page(tmp_path: Path) -> None:
    names = [variant.name for variant in step_memory.variants()]
    rows = [
        {"variant": name, "parameters": 10**7, "state": 120.0, "planned": 500.0 + place, "before": 700.0, "peak": 1200.0}
        for place, name in enumerate(names)
    ]
    text = step_memory.result(rows, 3).write(tmp_path, packages=("jax",)).read_text(encoding="utf-8")
    assert "A step on MNIST holds 501 MB" in text  # of the sizes of the preset, which stand second
    assert "| CIFAR-10, 8 networks × 128 pictures | 10,000,000 | 120 | 502 | 700 | 1,200 |" in text
