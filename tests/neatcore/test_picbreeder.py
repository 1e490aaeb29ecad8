"""Genomes of Picbreeder: the published skull, cycles, colours, and files that are none."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from neatcore import picbreeder
from neatcore.activations import NAMES
from neatcore.canvas import Canvas
from neatcore.errors import InputError
from neatcore.files import load_genome, save
from neatcore.genome import BIAS, HIDDEN, INPUT, OUTPUT, Genome, check_genome
from neatcore.patterns import paint
from neatcore.picbreeder import load_picbreeder

INPUTS = [("in", "x", "identity(x)"), ("in", "y", "identity(x)"), ("in", "d", "identity(x)"), ("in", "bias", "identity(x)")]
INK = ("out", "ink", "gaussian(x)")
NODE = '<node type="{}" label="{}"><marking branch="7" id="{}"/><activation>{}</activation></node>'
LINK = '<link><marking branch="7" id="{0}"/><source branch="7" id="{1}"/><target branch="7" id="{2}"/><weight>{3}</weight></link>'


def xml(nodes: Iterable[tuple[str, str, str]], links: Iterable[tuple[int, int, float]]) -> str:
    """A file with those nodes (type, label, function), numbered from 0 on, and links (source, target, weight)."""
    written = "".join(NODE.format(kind, label, place, function) for place, (kind, label, function) in enumerate(nodes))
    joined = "".join(LINK.format(100 + place, *link) for place, link in enumerate(links))
    return f"<?xml version='1.0'?><data><genome age='3'><nodes>{written}</nodes><links>{joined}</links></genome></data>"


GOOD = xml([*INPUTS, INK, ("hidden", "", "sin(x)")], [(0, 5, 1.5), (5, 4, -2.0), (2, 4, 0.25)])


def read(folder: Path, text: str | bytes) -> Genome:
    path = folder / "genome.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_picbreeder(path)


@pytest.mark.parametrize(("corners", "least"), [(False, 0.995), (True, 0.9999)])
def test_the_skull_is_the_published_picture(data: Path, corners: bool, least: float) -> None:
    genome = load_picbreeder(data / "picbreeder" / "skull.xml")
    assert (genome.inputs, genome.outputs, genome.hidden, len(genome.links)) == (3, 1, 18, 57)
    assert genome.links["enabled"].all()
    with Image.open(data / "picbreeder" / "skull.png") as picture:
        published = np.asarray(picture.convert("L"), np.float64)
    painted = paint(genome, Canvas(256, 256, corners))
    assert np.corrcoef(painted.ravel(), published.ravel())[0, 1] > least


def test_nodes_and_links_are_those_of_the_file(tmp_path: Path) -> None:
    genome = read(tmp_path, GOOD)
    check_genome(genome, recurrent=False)
    assert genome.nodes["kind"].tolist() == [INPUT, INPUT, INPUT, BIAS, OUTPUT, HIDDEN]
    assert [NAMES[code] for code in genome.nodes["activation"][4:]] == ["signed_gaussian", "sine"]
    assert genome.links[["source", "target", "weight"]].tolist() == [(0, 5, 1.5), (5, 4, -2.0), (2, 4, 0.25)]
    save(tmp_path / "genome.npz", genome)
    assert load_genome(tmp_path / "genome.npz") == genome


def test_a_picture_by_hand(tmp_path: Path) -> None:
    x, _, d = Canvas(9, 9).points().T
    ink = 2 * np.exp(-((-2 * np.sin(1.5 * x) + 0.25 * d) ** 2)) - 1
    assert paint(read(tmp_path, GOOD), Canvas(9, 9)).ravel() == pytest.approx(np.abs(ink) * 255, abs=0.51)


@pytest.mark.parametrize(
    ("function", "computed"),
    [
        ("identity(x)", lambda z: z),
        ("sin(x)", np.sin),
        ("cos(x)", np.cos),
        ("sigmoid(x)", lambda z: 2 / (1 + np.exp(-z)) - 1),
        ("gaussian(x)", lambda z: 2 * np.exp(-(z**2)) - 1),
    ],
)
def test_every_function_of_picbreeder(function: str, computed: object, tmp_path: Path) -> None:
    genome = read(tmp_path, xml([*INPUTS, ("out", "ink", function)], [(0, 4, 2.0)]))
    ink = computed(2 * Canvas(64, 64).points()[:, 0])  # type: ignore[operator]
    assert paint(genome, Canvas(64, 64)).ravel() == pytest.approx(np.minimum(np.abs(ink), 1) * 255, abs=0.51)


def test_the_order_of_nodes_in_the_file_does_not_matter(tmp_path: Path) -> None:
    turned = xml([("hidden", "", "sin(x)"), INK, *INPUTS[::-1]], [(5, 0, 1.5), (0, 1, -2.0), (3, 1, 0.25)])
    assert read(tmp_path, turned) == read(tmp_path, GOOD)


def test_outputs_of_a_coloured_one_are_hue_saturation_brightness(tmp_path: Path) -> None:
    outputs = [("out", "brightness", "gaussian(x)"), ("out", "saturation", "sigmoid(x)"), ("out", "hue", "sin(x)")]
    genome = read(tmp_path, xml([*INPUTS, *outputs], [(0, 6, 1.0), (1, 5, 2.0), (2, 4, 3.0), (4, 6, 0.5)]))
    assert [NAMES[code] for code in genome.nodes["activation"][4:]] == ["sine", "signed_sigmoid", "signed_gaussian"]
    assert genome.links[["source", "target", "weight"]].tolist() == [(0, 4, 1.0), (1, 5, 2.0), (2, 6, 3.0), (6, 4, 0.5)]
    assert paint(genome, Canvas(8, 8)).shape == (8, 8, 3)
    inked = [("out", "ink", "gaussian(x)"), *outputs[1:]]
    assert read(tmp_path, xml([*INPUTS, *inked], [(0, 6, 1.0), (1, 5, 2.0), (2, 4, 3.0), (4, 6, 0.5)])) == genome


def test_two_links_between_the_same_nodes_are_one_of_their_sum(tmp_path: Path) -> None:
    genome = read(tmp_path, xml([*INPUTS, INK], [(0, 4, 1.0), (1, 4, 5.0), (0, 4, 0.5)]))
    assert genome.links[["source", "target", "weight"]].tolist() == [(0, 4, 1.5), (1, 4, 5.0)]


def test_links_that_close_a_cycle_are_off(tmp_path: Path) -> None:
    """The output asks 5, which asks 6, which asks 5 again; and 7 is heard by itself alone."""
    hidden = [("hidden", "", "sin(x)")] * 3
    links = [(5, 4, 1.0), (6, 5, 1.0), (5, 6, 1.0), (0, 6, 2.0), (4, 4, 3.0), (7, 7, 1.0)]
    genome = read(tmp_path, xml([*INPUTS, INK, *hidden], links))
    assert genome.links["enabled"].tolist() == [True, True, False, True, False, False]
    x = Canvas(16, 16).points()[:, 0]
    ink = 2 * np.exp(-(np.sin(np.sin(2 * x)) ** 2)) - 1
    assert paint(genome, Canvas(16, 16)).ravel() == pytest.approx(np.abs(ink) * 255, abs=0.51)


def test_a_long_chain_is_no_trouble(tmp_path: Path) -> None:
    count = 3000
    chain = [(place, place + 1, 1.0) for place in range(5, 4 + count)]
    genome = read(tmp_path, xml([*INPUTS, INK, *[("hidden", "", "sin(x)")] * count], [*chain, (4 + count, 4, 1.0), (4, 5, 1.0)]))
    assert np.flatnonzero(~genome.links["enabled"]).tolist() == [count]


def test_a_zip_holds_the_same(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "genome.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "a genome")
        archive.writestr("some/rep.xml", GOOD)
    assert load_picbreeder(tmp_path / "genome.zip") == read(tmp_path, GOOD)


def test_zips_that_hold_no_genome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", GOOD)
        archive.writestr("b.xml", GOOD)
    with pytest.raises(InputError, match=r"many.zip: holds 2 XML files, where one genome is wanted"):
        load_picbreeder(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="is a damaged zip"):
        load_picbreeder(path)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", GOOD + " " * 100_000)
    monkeypatch.setattr(picbreeder, "LONGEST", 50_000)
    with pytest.raises(InputError, match="too much for a genome"):
        load_picbreeder(bomb)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE data [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE data [<!ENTITY secret SYSTEM "secret.txt">]>',
        '<!DOCTYPE data SYSTEM "http://example.org/a.dtd">',
    ],
)
def test_nothing_is_expanded_or_fetched(head: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("1.0")
    with pytest.raises(InputError, match=r"declares a document type \(data\)"):
        read(tmp_path, GOOD.replace("<data>", f"{head}<data>"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</data>", "", r"genome.xml: is not XML \(no element found"),
        (GOOD, "hello", r"is not XML \(syntax error"),
        (GOOD, "", r"is not XML \(no element found"),
        ("version='1.0'", "version='1.0' encoding='klingon'", "is not XML"),
        ("genome", "tree", "holds 0 genomes of Picbreeder"),
        ("</data>", "<genome/></data>", "holds 2 genomes of Picbreeder"),
        ("sin(x)", "sine(x)", r"unknown activation of node 6: 'sine\(x\)'; did you mean 'sin\(x\)'?"),
        ("<activation>sin(x)</activation>", "", "node 6 has no <activation>"),
        ('type="hidden"', 'type="hiden"', "unknown type of node 6: 'hiden'; did you mean 'hidden'?"),
        ('label="d"', 'label="dd"', "unknown label of input branch 7, id 2: 'dd'; did you mean 'd'?"),
        ('label="d"', 'label="y"', "two inputs of the same label"),
        ('<marking branch="7" id="5"/>', "", "node 6 has no <marking> with branch and id"),
        ('<marking branch="7" id="5"/>', '<marking branch="7" id="4"/>', "has two nodes branch 7, id 4"),
        ("<weight>1.5", "<weight>heavy", "link 1: its weight, 'heavy', is no number"),
        ("<weight>1.5", "<weight>nan", "link 1: its weight is nan"),
        ("<weight>1.5</weight>", "", "link 1 has no <weight>"),
        ('<source branch="7" id="5"/>', '<source branch="7" id="55"/>', "link 2: its source, branch 7, id 55, is no node"),
        ('<target branch="7" id="5"/>', '<target branch="7" id="0"/>', "link 0: a link ends at an input or the bias"),
        ('type="out"', 'type="hidden"', "has 0 outputs, where grey pictures have 1 and coloured ones 3"),
    ],
)
def test_files_that_are_no_genome(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=message):
        read(tmp_path, GOOD.replace(old, new))


def test_three_outputs_have_three_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has the outputs ink, ink, hue, not hue, saturation, brightness"):
        read(tmp_path, xml([*INPUTS, INK, INK, ("out", "hue", "sin(x)")], []))


def test_files_that_are_not_there_or_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"nowhere.xml: no such file"):
        load_picbreeder(tmp_path / "nowhere.xml")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        load_picbreeder(tmp_path)
    monkeypatch.setattr(picbreeder, "LONGEST", 100)
    with pytest.raises(InputError, match="too much for a genome"):
        read(tmp_path, GOOD)
