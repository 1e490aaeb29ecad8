"""Pictures of CPPNs: the motifs of Stanley 2007, and how they are painted."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from neatcore import patterns
from neatcore.canvas import Canvas, Image
from neatcore.errors import InputError
from neatcore.genome import Genome
from neatcore.patterns import ONE, D, X, Y, cppn, paint, paint_all, sweep, values
from tests.neatcore import oracles
from tests.neatcore.cppns import coloured, repeated, symmetric

SIDE = Canvas(240, 240)


def alike(first: Image, second: Image) -> float:
    """Correlation of two pictures."""
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def shifted(picture: Image, columns: int) -> float:
    """Correlation of a picture with itself, moved to the side."""
    return alike(picture[:, columns:], picture[:, :-columns])


def test_networks_written_by_hand() -> None:
    genome = symmetric()
    assert (genome.inputs, genome.outputs, genome.hidden) == (3, 1, 1)
    assert genome.links.tolist() == [
        (0, 5, 4, 3.0, True),
        (1, 1, 4, 2.0, True),
        (2, 3, 4, -0.5, True),
        (3, 0, 4, 0.0, True),
        (4, 0, 5, 2.0, True),
    ]
    with pytest.raises(InputError, match="did you mean 'signed_gaussian'"):
        cppn(("signed_gausian", {X: 1.0}))
    with pytest.raises(InputError, match="close a cycle"):
        cppn(("sine", {4: 1.0}))


def test_bilateral_symmetry() -> None:
    picture = paint(symmetric(), SIDE)
    assert np.array_equal(picture, picture[:, ::-1])
    assert not np.array_equal(picture, picture[::-1])
    assert picture.std() > 30


def test_imperfect_symmetry() -> None:
    picture = paint(symmetric(lean=0.1), SIDE)
    assert not np.array_equal(picture, picture[:, ::-1])
    assert 0.9 < alike(picture, picture[:, ::-1]) < 0.999


def test_repetition() -> None:
    picture = paint(repeated(period=1 / 3), SIDE)  # 40 columns
    assert np.abs(picture[:, 40:].astype(int) - picture[:, :-40]).max() <= 1
    assert shifted(picture, 20) < 0
    assert np.argmax([shifted(picture, columns) for columns in range(10, 60)]) == 30


def test_repetition_with_variation() -> None:
    picture = paint(repeated(period=1 / 3, drift=1.0), SIDE)
    assert 35 <= 10 + np.argmax([shifted(picture, columns) for columns in range(10, 60)]) <= 45
    crests = [int(picture[120, column : column + 40].max()) for column in range(0, 240, 40)]
    assert crests == sorted(set(crests))  # each higher than the one before


@pytest.mark.parametrize("genome", [symmetric(0.4), repeated(0.5, 0.3), coloured()], ids=["symmetric", "repeated", "coloured"])
def test_a_picture_does_not_depend_on_the_resolution(genome: Genome) -> None:
    small, large = paint(genome, Canvas(64, 64)).astype(float), paint(genome, Canvas(256, 256)).astype(float)
    averaged = large.reshape(64, 4, 64, 4, *large.shape[2:]).mean(axis=(1, 3))
    assert np.abs(small - averaged).mean() < 1.0
    assert np.abs(small - averaged).max() < 16


def test_a_wider_canvas_shows_more_of_the_same_picture() -> None:
    square, wide = paint(coloured(), Canvas(60, 60)), paint(coloured(), Canvas(100, 60))
    assert np.abs(wide[:, 20:80].astype(int) - square).max() <= 1


def test_every_pixel_is_what_the_network_answers() -> None:
    canvas = Canvas(5, 3)
    picture = paint(symmetric(0.4), canvas).ravel()
    wanted = [min(abs(oracles.compute(symmetric(0.4), point)[0]), 1.0) * 255 for point in canvas.points()]
    assert picture == pytest.approx(wanted, abs=0.51)


def test_strips_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    canvas, genomes = Canvas(31, 17), [symmetric(), symmetric(0.4)]
    whole = paint_all(genomes, canvas), paint(coloured(), canvas), values(coloured(), canvas)
    monkeypatch.setattr(patterns, "STRIP", 23)
    assert np.array_equal(paint_all(genomes, canvas), whole[0])
    assert np.array_equal(paint(coloured(), canvas), whole[1])
    assert all(np.array_equal(found, whole[2][node]) for node, found in values(coloured(), canvas).items())


def test_memory_is_that_of_the_picture() -> None:
    paint(symmetric(), Canvas(2, 2))
    tracemalloc.start()
    picture = paint(symmetric(), Canvas(3000, 1500))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < picture.nbytes + 16e6


def test_several_are_painted_as_one_by_one() -> None:
    genomes = [symmetric(lean) for lean in (0.0, 0.4, 1.0)]
    assert np.array_equal(paint_all(genomes, SIDE), [paint(genome, SIDE) for genome in genomes])


def test_grey_of_a_coloured_one_is_its_brightness() -> None:
    values_of = values(coloured(), SIDE)
    assert np.array_equal(paint(coloured(), SIDE, grey=True), (np.minimum(np.abs(values_of[6]), 1) * 255 + 0.5).astype(np.uint8))


def test_two_inputs_are_x_and_y() -> None:
    three = cppn(("tanh", {X: 1.0, Y: 2.0, ONE: 0.5}))
    two = Genome(three.nodes[three.nodes["id"] != D], three.links)
    assert np.array_equal(paint(two, SIDE), paint(three, SIDE))


def test_values_are_those_of_every_node() -> None:
    canvas, genome = Canvas(6, 4), symmetric(0.4)
    maps = values(genome, canvas)
    x = canvas.points()[:, 0].reshape(4, 6)
    assert sorted(maps) == genome.nodes["id"].tolist()
    assert maps[X] == pytest.approx(x, abs=1e-7)
    assert (maps[ONE] == 1).all()
    assert maps[5] == pytest.approx(np.exp(-4 * x**2), abs=1e-6)
    assert np.array_equal(paint(genome, canvas), (np.abs(maps[4]) * 255 + 0.5).astype(np.uint8))


def test_values_of_nodes_that_no_output_hears() -> None:
    genome = cppn(("linear", {X: 1.0}), hidden=[("square", {Y: 2.0}), ("linear", {5: -1.0})])
    assert values(genome, SIDE)[6] == pytest.approx(-((2 * values(genome, SIDE)[Y]) ** 2), abs=1e-6)


def test_a_sweep_changes_one_weight() -> None:
    genome = symmetric()
    genome.links["enabled"][1] = False
    swept = sweep(genome, 1, np.array([-1.0, 2.0]))
    assert [each.links["weight"][1] for each in swept] == [-1.0, 2.0]
    for each in swept:
        assert each.links["enabled"].all()
        assert np.array_equal(np.delete(each.links, 1), np.delete(genome.links, 1))
    with pytest.raises(InputError, match=r"no link 9; it has: 0, 1, 2, 3, 4"):
        sweep(genome, 9, np.zeros(1))


def test_what_cannot_be_painted() -> None:
    with pytest.raises(InputError, match=r"the genome has 2 outputs; one that paints has 1 \(grey\) or 3"):
        paint(cppn(("linear", {}), ("linear", {})), SIDE)
    nodes = symmetric().nodes
    with pytest.raises(InputError, match=r"the genome has 1 inputs; one that paints has 2 \(x, y\) or 3"):
        paint(Genome(nodes[[0, 3, 4]], symmetric().links[:0]), SIDE)
    with pytest.raises(InputError, match="genome 1 has other inputs or outputs than genome 0"):
        paint_all([symmetric(), coloured()], SIDE)
    with pytest.raises(InputError, match="no genomes"):
        paint_all([], SIDE)
    with pytest.raises(InputError, match=r"would take 27.9 GiB"):
        paint(symmetric(), Canvas(300_000, 100_000))
