"""HyperGAN's experiment, in short: all kinds of networks are measured, and the page tells of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import hypergan, hypergan_settings, hypergan_work
from benchmarks.hypergan import Measured, attempt, main, result, work_table
from benchmarks.hypergan_work import APART, COLLECTIONS, DROPPED, GENERATED
from benchmarks.variants import Variant
from neatcore.errors import InputError
from runner.attacking import Plan
from tasks.data.pictures import Examples
from tests.tasks.files import write_cifar

SMALL = ("units=[32]", "codes=32", "matching=0")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Few networks, few pictures."""
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path / "runs"))
    whole = hypergan.pictures_of
    monkeypatch.setattr(hypergan, "NETWORKS", 10)
    monkeypatch.setattr(hypergan_work, "ATTACKED", 12)
    monkeypatch.setattr(hypergan_work, "APARTS", 2)
    plan = Plan(("fgsm", "pgd"), (0.3,), networks=1, pictures=20)
    monkeypatch.setattr(hypergan, "PLAN", plan)
    monkeypatch.setattr(hypergan, "CROWDS", (replace(plan, networks=6, pictures=40), replace(plan, networks=7)))

    def few(*words: object) -> tuple[Examples, float]:
        examples, white = whole(*words)  # type: ignore[arg-type]
        return examples.cut(slice(60)), white

    monkeypatch.setattr(hypergan, "pictures_of", few)


@pytest.mark.usefixtures("short")
def test_the_experiment_in_short(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_DATA", str(data))
    mnist = COLLECTIONS["mnist"]
    rows = [row for variant in mnist.variants for row in attempt(replace(variant, words=SMALL), 1, 6)]
    found = Measured(rows, mnist)
    assert found.variants == [GENERATED, APART, DROPPED]
    assert found.all(GENERATED, "accuracy 10") != []
    assert found.cell(APART, "accuracy 5") == "–"
    variant = replace(mnist.variants[1], words=SMALL)
    again = attempt(variant, 1, 6)  # the networks were kept
    assert again == [row for row in rows if row["variant"] == APART]
    assert len(list((tmp_path / "runs").glob("hypergan-*.npz"))) == 3
    for name in found.variants:
        assert 0 <= found.all(name, "strange told")[0] <= 1
    lengths = [found.all(DROPPED, f"deviation {layer}")[0] for layer in ("conv1.kernel", "dense1.kernel")]
    assert np.isclose(lengths[0], 0, atol=1e-4)  # dropout leaves kernels alone
    assert lengths[1] > 1e-3
    page = result(rows, tmp_path, 6)
    assert (tmp_path / "hypergan-after-6.svg").exists()
    assert page.title.startswith("HyperGAN on MNIST, 6 steps")
    assert "--steps 6" in page.command
    assert f"| {DROPPED} | pgd | 0.3 |" in page.body
    assert "of 6 (of 40 pictures) and 7 (of 20 pictures) attacked networks" in page.body
    assert f"| {GENERATED} | 7 | pgd | 0.3 |" in page.body
    assert f"| {APART} | 6 |" not in page.body
    assert found.all(APART, "self_auc pgd 0.3 of 6") == []  # two networks are no crowd
    crowd = [(bool(found.all(GENERATED, f"{what} pgd 0.3 of 7"))) for what in ("self_detected", "detected")]
    assert crowd == [True, False]  # of twelve networks seven can be attacked, but there are no seven fresh ones
    assert found.all(DROPPED, "training steps") == [48]  # as many gradients of a network on 128 pictures as HyperGAN's 6 steps
    assert "trained apart, attacked" in (tmp_path / "hypergan-after-6.svg").read_text()
    assert "dropout as much alone" in page.body
    assert "were made with" not in page.body
    assert "of the test pictures for different things" in page.body
    assert 0 <= found.all(GENERATED, "auc pgd 0.3 of 6")[0] <= 1
    usual = result(rows, tmp_path, mnist.steps)
    assert (usual.name, "--steps" in usual.command) == ("hypergan", False)
    held = {"variant": GENERATED, "seed": 1, "measure": "training GB", "value": "0.5"}
    assert "held 0.50 GB of the GPU's memory" in work_table(Measured([*rows, held], mnist))
    assert "published 98.64 and 99.31" in result(rows, tmp_path, 6).headline


def test_equal_work() -> None:
    """HyperGAN's networks see as many pictures a step on MNIST as elsewhere."""
    a_step = {name: collection.a_step for name, collection in COLLECTIONS.items()}
    assert a_step["mnist"][GENERATED] == (32, 32)
    assert a_step["cifar-5"][GENERATED] == (32, 32)
    assert a_step["mnist"][APART] == (10, 128)


@pytest.mark.usefixtures("short")
def test_settings_in_short(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_DATA", str(data))
    monkeypatch.setattr(hypergan, "PLAN", Plan(("fgsm", "pgd"), (0.1,), networks=1, pictures=20))
    monkeypatch.setattr(hypergan_settings, "SETTINGS", {"the preset": (), "alike": ("common=0.99", "networks=2", "batch=8")})
    quick = (*SMALL, *hypergan_settings.SETTINGS["alike"])
    rows = hypergan_settings.measured(Variant("alike", "mnist", "ratzlaff2019", quick), 1, 2)
    rows += [{**row, "variant": "the preset", "value": "1"} for row in rows]
    page = hypergan_settings.result(rows, 2)
    lines = [line.split(" | ") for line in page.body.splitlines() if line.startswith(("| the preset", "| alike"))]
    assert [line[1:3] for line in lines] == [["", "1"], ["common=0.99 networks=2 batch=8", "1"]]
    assert [line[3] for line in lines] == ["1.00", Measured(rows, COLLECTIONS["mnist"]).cell("alike", "accuracy 1")]
    assert float(lines[1][5].split(", ")[0]) > 0.9  # alike they are
    assert page.command.endswith("--steps 2 --seeds 1")


@pytest.mark.usefixtures("short")
def test_five_classes_in_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All kinds are of the network for pictures in colour; what is doubted are the other classes. The pictures are random."""
    monkeypatch.setenv("NEATCORE_DATA", str(tmp_path))
    write_cifar(tmp_path / "cifar10", each=100)
    five = COLLECTIONS["cifar-5"]
    rows = [row for variant in five.variants for row in attempt(replace(variant, words=(*variant.words, *SMALL)), 1, 2)]
    found = Measured(rows, five)
    for name in found.variants:
        assert found.cell(name, "cosine conv3.kernel") != "–"
        assert 0 <= found.all(name, "strange told")[0] <= 1
    page = result(rows, tmp_path, 2, "cifar-5")
    assert page.name == "hypergan-cifar-5-after-2"
    assert "--pictures cifar-5" in page.command
    assert "telling the other classes" in page.body
    assert "84.50 and 85.81" in page.headline


def test_other_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown pictures 'cifar5'; did you mean 'cifar-5'"):
        main(pictures="cifar5", folder=tmp_path)
