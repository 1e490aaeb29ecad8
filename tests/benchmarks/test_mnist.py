"""The experiment on MNIST: rows, page, figure; and, where the data is there, a pass on the real pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import mnist
from benchmarks.variants import Row
from neatcore.errors import InputError
from runner.commands import settings_of


def rows() -> list[Row]:
    """Three runs of each network, three passes each; the second pass is best on validation, the third on the test."""
    return [
        {
            "variant": variant.name,
            "seed": seed,
            "pass": number,
            "steps": 220 * number,
            "loss": "0.1",
            "validation": [98.0, 99.0, 98.9][number - 1],
            "test": [97.5, 98.8, 99.3][number - 1] + 0.03 * seed,
            "parameters": 12_910,
            "weights": 21_210,
            "seconds": 20.0 * number,
            "processor": 31.0 * number,
        }
        for variant in mnist.variants(3)
        for seed in (1, 2, 3)
        for number in (1, 2, 3)
    ]


def test_the_page_is_of_the_pass_that_validation_chooses(tmp_path: Path) -> None:
    page = mnist.result(rows(), tmp_path, 3).write(tmp_path, packages=("jax",))
    text = page.read_text(encoding="utf-8")
    assert "direct 98.86 % (12,910 parameters)" in text
    assert "| direct | 3 | 12,910 | 99.00 | 98.86 | 98.83 98.86 98.89 | 99.36 | 60 | 93 |" in text
    assert "660 of 250" in text
    assert "behind" in text
    behind = [row | ({"test": 98.0 + 0.1 * row["seed"]} if row["variant"] == mnist.HYPER else {}) for row in rows()]
    assert "is 0.660 points behind the network learnt directly (standard error 0.060)" in mnist.gap(behind)
    assert (tmp_path / "mnist.svg").exists()


def test_as_in_the_notebook_is_the_preset_itself(tmp_path: Path) -> None:
    for variant, name in zip(mnist.variants(50, notebook=True), ("conv", "static-hypernet"), strict=True):
        run = variant.settings(50)
        assert (run.run.encoding, run.search.batch, run.search.decay) == (name, 1000, 0.999)  # type: ignore[attr-defined]
    page = mnist.result(rows(), tmp_path, 50, notebook=True).write(tmp_path, packages=("jax",))
    assert page.name == "mnist-notebook.md"
    assert "`python -m benchmarks.mnist --notebook`" in page.read_text(encoding="utf-8")


def test_its_commands_are_what_it_runs() -> None:
    for variant in mnist.variants(10):
        _, _, *words = variant.command(2, 10).split()
        preset = words.index("--preset")
        pairs = [words[0], *words[preset + 2 : words.index("--seed")]]
        try:
            told, run = settings_of(pairs, words[preset + 1], None), variant.settings(10)
        except InputError as error:
            pytest.fail(str(error))
        assert told.sections == run.sections
        assert run.search.schedule()(0) == pytest.approx(0.005)  # type: ignore[attr-defined]
        assert run.search.schedule()(mnist.steps(10)) == pytest.approx(0.0001, rel=0.02)  # type: ignore[attr-defined]


def test_one_pass_on_the_real_pictures(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variant = mnist.Variant(
        "few", "mnist", "ha2016-mnist", ("encoding=static-hypernet", "training=2000", "batch=100", f"data={data}")
    )
    first, second = mnist.attempt(variant, 1, 2)
    assert (first["steps"], second["steps"]) == (20, 40)
    assert (first["parameters"], first["weights"]) == (12_910, 21_210)
    assert 40 < first["test"] < second["test"] < 99
