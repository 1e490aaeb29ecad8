"""The experiment on denoising: rows, page, figures; a short run of every variant on made-up pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import denoising
from benchmarks.variants import Row
from neatcore.files import load_genome
from neatcore.genome import Genome
from runner.commands import settings_of
from runner.session import assemble
from tests.tasks.files import write_mnist

ERRORS = {"direct": 0.02, "lamarckian": 0.021, "baldwinian": 0.05, "none": 0.09}


def rows(ratio: int = 1000) -> list[Row]:
    """Three runs of each variant, generations 1, 4 and 8 of 8 genomes; direct networks take 200 steps in each."""
    return [
        {
            "variant": name,
            "seed": seed,
            "generation": generation,
            "evaluations": generation * (200 if name == "direct" else 8),
            "validation": "0.1",
            "test": f"{error * (2 if generation < 8 else 1) + 0.0001 * seed:.5f}",
            "left": "0.15",
            "parameters": 157_684 if name == "direct" else 157_684 // ratio,
            "hidden": 7,
            "weights": 157_684,
            "compact": "" if name == "direct" else "0.8",
            "scale": "" if name == "direct" else f"{1 - seed / 10:.2f}",
            "seconds": 100.0,
            "processor": 90.0,
        }
        for name, error in ERRORS.items()
        for seed in (1, 2, 3)
        for generation in (1, 4, 8)
    ]


def test_the_page_says_what_is_reached_and_what_is_not(tmp_path: Path) -> None:
    text = denoising.result(rows(), tmp_path, 8, 8, 25).write(tmp_path, packages=("jax",)).read_text(encoding="utf-8")
    assert "after 1,600 steps, median of 3 runs: direct 0.0202, lamarckian 0.0212, baldwinian 0.0502, none 0.0902" in text
    assert text.count("| reached |") == 4
    assert "| 1.05; 3 of 3 runs within | reached |" in text
    assert "| lamarckian | 3 | 157 (157 to 157) | 1,004 | 0.0212 (0.0212 to 0.0212) | 15.0 |" in text
    assert "| 0.80 (0.80 to 0.80) | 0.80 (0.75 to 0.85) |" in text
    assert (tmp_path / "denoising.svg").exists()
    few = denoising.result(rows(ratio=400), tmp_path, 8, 8, 25).body
    assert few.count("| reached |") == 3
    assert few.count("| missed |") == 1
    begun = [row for row in rows() if row["variant"] in ("direct", "lamarckian")]
    assert "| not run yet: baldwinian, none | open |" in denoising.result(begun, tmp_path, 8, 8, 25).body


def test_fields_that_are_drawn_together_have_a_smaller_scale(tmp_path: Path) -> None:
    write_mnist(tmp_path / "mnist")
    variant = next(v for v in denoising.variants(words=(f"data={tmp_path}", "sampled=5")) if v.name == denoising.LAMARCK)
    encoding = assemble(variant.settings(1), 1).encoding
    genome = encoding.space.seed
    compact, scale = map(float, denoising.fields_of(encoding, genome))
    assert compact > 0.95
    assert scale == pytest.approx(1, abs=0.1)
    links = genome.links.copy()
    links["weight"][links["source"] < 2] *= 2  # x and y of the pixels: what they meet lies halfway
    compact, scale = map(float, denoising.fields_of(encoding, Genome(genome.nodes, links)))
    assert compact > 0.95
    assert scale == pytest.approx(0.5, abs=0.02)
    links["weight"] = 0
    assert denoising.fields_of(encoding, Genome(genome.nodes, links)) == ("", "")


def test_its_commands_are_what_it_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_mnist(tmp_path / "mnist", training=7000, test=5)
    monkeypatch.setenv("NEATCORE_DATA", str(tmp_path))
    for variant in denoising.variants():
        words = variant.command(2, 5).split()[2:-2]
        preset = words[words.index("--preset") + 1] if "--preset" in words else None
        pairs = [word for word in words if word not in ("--preset", preset)]
        assert settings_of(pairs, preset, None).sections == variant.settings(5).sections


def test_a_short_run_of_every_variant(tmp_path: Path) -> None:
    write_mnist(tmp_path / "mnist")
    words = (f"data={tmp_path}", "shrink=7", "sampled=5", "task.training=20")
    found: list[Row] = []
    for variant in denoising.variants(population=3, steps=2, words=words):
        found += denoising.attempt(tmp_path, variant, 1, 2)
    assert [row["variant"] for row in found] == [name for name in denoising.NAMES for _ in range(2)]
    assert [row["evaluations"] for row in found] == [6, 12, *[3, 6] * 3]
    assert all(row["weights"] == 16 * 100 + 100 + 100 * 16 + 16 for row in found)
    assert all(np.isfinite(float(row["test"])) for row in found)
    assert load_genome(tmp_path / "denoising-lamarckian-1.npz").outputs == 4
    page = denoising.result(found, tmp_path, 2, 3, 2, words).body
    assert "denoising-fields.svg" in page
    assert (tmp_path / "denoising-restored.png").exists()
