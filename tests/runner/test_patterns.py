"""Painting from the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from neatcore.canvas import Canvas
from neatcore.files import load_genome, save
from neatcore.genome import Genome
from neatcore.patterns import paint
from runner.cli import app
from runner.directory import find_run
from runner.settings import file_layer, resolve
from tests.neatcore.cppns import coloured, symmetric
from tests.neatcore.test_picbreeder import GOOD, INK, INPUTS, xml

EVOLVED = ("--preset", "cppn", "population=12", "generations=2", "resolution=8", "--quiet")


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def genome(tmp_path: Path) -> Genome:
    """A genome in pattern.npz of the current folder."""
    save(tmp_path / "pattern.npz", symmetric(0.4))
    return symmetric(0.4)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "target.png"
    Image.fromarray(np.tile(np.arange(0, 256, 8, np.uint8), (32, 1))).save(path)
    return path


def read(path: str) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize("words", [["paint"], ["import"], ["import", "picbreeder"]])
def test_every_command_explains_itself(words: list[str]) -> None:
    assert "Usage:" in call(*words, "--help").output


def test_a_genome_of_picbreeder_becomes_a_file_to_paint(tmp_path: Path) -> None:
    (tmp_path / "skull.xml").write_text(GOOD)
    assert call("import", "picbreeder", "skull.xml", "--out", "made/skull.npz").output == "made/skull.npz\n"
    assert call("paint", "made/skull.npz", "--size", "64").output == "made/skull-64.png\n"
    assert np.array_equal(read("made/skull-64.png"), paint(load_genome("made/skull.npz"), Canvas(64, 64)))
    assert call("import", "picbreeder", "skull.xml").output == "skull.npz\n"


def test_links_that_count_for_nothing_are_told(tmp_path: Path) -> None:
    (tmp_path / "old.xml").write_text(xml([*INPUTS, INK], [(0, 4, 1.0), (4, 4, 1.0)]))
    assert "1 of 2 links close a cycle and are switched off" in call("import", "picbreeder", "old.xml").output


@pytest.mark.parametrize(("size", "canvas", "name"), [("40x30", Canvas(40, 30), "40x30"), ("20", Canvas(20, 20), "20")])
def test_any_size(size: str, canvas: Canvas, name: str, genome: Genome) -> None:
    assert call("paint", "pattern.npz", "--size", size).output == f"pattern-{name}.png\n"
    assert np.array_equal(read(f"pattern-{name}.png"), paint(genome, canvas))


def test_ways_to_paint(tmp_path: Path, genome: Genome) -> None:
    save(tmp_path / "coloured.npz", coloured())
    assert call("paint", "coloured.npz", "--size", "16", "--corners", "--out", "a.webp").exit_code == 0
    assert np.array_equal(read("a.webp"), paint(coloured(), Canvas(16, 16, corners=True)))
    assert call("paint", "coloured.npz", "--size", "16", "--grey", "--out", "b.png").exit_code == 0
    assert np.array_equal(read("b.png"), paint(coloured(), Canvas(16, 16), grey=True))
    assert call("paint", "coloured.npz", "--features", "--size", "16").output == "coloured-features.png\n"
    assert call("paint", "pattern.npz", "--features", "--size", "16", "--out", "f.svg").exit_code == 0
    assert Path("f.svg").read_text().count("<image") > 0


def test_a_sweep_as_a_strip_and_as_a_film(genome: Genome) -> None:
    assert call("paint", "pattern.npz", "--sweep", "2", "--size", "32").output == "pattern-sweep.png\n"
    assert call("paint", "pattern.npz", "--sweep", "2", "--size", "32", "--out", "film.webp").exit_code == 0
    with Image.open("film.webp") as film:
        assert film.size == (32, 32)
        assert getattr(film, "n_frames", 1) > 60


def test_runs_are_painted(target: Path) -> None:
    assert call("run", f"pattern:{target}", *EVOLVED).exit_code == 0
    run = find_run("latest")
    path = call("paint", "latest", "--size", "32").output.strip()
    assert Path(path).resolve() == (run.path / "media" / "pattern-32.png").resolve()
    assert np.array_equal(read(path), paint(load_genome(run.champion()), Canvas(32, 32)))
    assert call("paint", "--population", "--size", "16", "--out", "all.png").exit_code == 0
    for command in (["replay"], ["plot"], ["report"], ["resume", "--generations", "1", "--quiet"]):
        assert call(*command).exit_code == 0


def test_a_bias_of_another_value_is_painted_as_it_was_evolved(target: Path) -> None:
    assert call("run", f"pattern:{target}", *EVOLVED, "encoding.bias=0.5").exit_code == 0
    genome = load_genome(find_run("latest").champion())
    links = genome.links.copy()
    links["weight"][links["source"] == 3] *= 0.5
    assert call("paint", "--size", "32", "--out", "a.png").exit_code == 0
    assert np.array_equal(read("a.png"), paint(Genome(genome.nodes, links), Canvas(32, 32)))


def test_any_encoding_can_be_evolved(target: Path) -> None:
    words = ("search=cma", "encoding=mlp", "population=6", "generations=2", "resolution=8", "colour=true", "--quiet")
    assert call("run", f"pattern:{target}", *words).exit_code == 0
    assert call("replay", "--out", "a.png").exit_code == 0
    assert "does not evolve feed-forward networks of nodes and links" in call("paint").stderr


@pytest.mark.parametrize("words", ["encoding=dct coefficients=5 search=snes", "--preset cppn encoding=cppn population=10"])
def test_encodings_that_draw_weights_paint_the_whole(target: Path, words: str) -> None:
    assert call("run", f"pattern:{target}", *words.split(), "generations=2", "resolution=8", "--quiet").exit_code == 0
    settings = resolve(layers=[file_layer(find_run("latest").config)])
    assert settings.sections["task"]["asked"] == "whole"
    assert settings.sections["encoding"]["readout"] == "sigmoid"
    for command in (["replay"], ["plot"], ["report"], ["resume", "--generations", "1", "--quiet"]):
        assert call(*command).exit_code == 0


def test_how_they_paint_can_be_told(target: Path) -> None:
    words = ("encoding=dct", "search=snes", "asked=points", "matrices=layer", "transform=matrix", "generations=1", "--quiet")
    assert call("run", f"pattern:{target}", *words).exit_code == 0
    assert resolve(layers=[file_layer(find_run("latest").config)]).sections["task"]["asked"] == "points"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["paint", "nowhere.npz"], "no such file: nowhere.npz"),
        (["paint", "pattern.npz", "--size", "huge"], "size 'huge' is none"),
        (["paint", "pattern.npz", "--size", "9000000"], "would take 73.7 TiB of memory; the most is 1 GiB"),
        (["paint", "pattern.npz", "--size", "9000", "--features"], "6 pictures of 9000x9000 pixels would take 1.81 GiB"),
        (["paint", "pattern.npz", "--size", "4000", "--sweep", "1", "--out", "a.gif"], "would take 5.45 GiB of memory"),
        (["paint", "pattern.npz", "--sweep", "77"], "the genome has no link 77; it has: 0, 1, 2, 3, 4"),
        (["paint", "pattern.npz", "--sweep", "1", "--features"], "one picture at a time: --features or --sweep"),
        (["paint", "pattern.npz", "--colour"], "the genome has a single output, so it has no colour"),
        (["paint", "pattern.npz", "--out", "a.bmp"], "cannot paint into a.bmp; use .png or .webp"),
        (["paint", "pattern.npz", "--features", "--out", "a.gif"], "cannot draw features into a.gif; use .png or .svg"),
        (["paint", "pattern.npz", "--sweep", "1", "--out", "a.wbp"], "did you mean '.webp'?"),
        (["import", "picbreeder", "pattern.npz"], "pattern.npz: holds 0 XML files"),
        (["run", "pattern:pattern.npz"], "pattern.npz is no picture that can be read"),
        (["run", "pattern:nowhere.png"], "there is no picture"),
    ],
)
def test_bad_input_is_told(words: list[str], message: str, genome: Genome) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert message in result.stderr
