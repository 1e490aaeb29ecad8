"""Figures of CPPNs read back."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import PathPatch

from neatcore.canvas import Canvas
from neatcore.errors import InputError
from neatcore.genome import Genome
from neatcore.patterns import cppn, paint, values
from tests.neatcore.cppns import coloured, symmetric
from viz.patterns import diverging, features_figure, sheet_figure
from viz.style import DARK, LIGHT, Theme
from viz.svg import png

CANVAS = Canvas(32, 24)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("genome", [symmetric(0.4), coloured()], ids=["grey", "coloured"])
def test_features_have_a_picture_a_node_and_the_finished_one(genome: Genome, theme: Theme) -> None:
    maps, picture = values(genome, CANVAS), paint(genome, CANVAS)
    (ax,) = features_figure(genome, maps, picture, theme=theme).axes
    drawn = [np.asarray(image.get_array()) for image in ax.images]
    assert len(drawn) == len(genome.nodes) + 1
    for node, found in zip(genome.nodes["id"].tolist(), drawn):
        assert np.array_equal(found, maps[node])
    assert np.array_equal(drawn[-1], picture)
    links = {patch.get_gid() for patch in ax.patches if isinstance(patch, PathPatch)}
    assert links == {f"link-{number}" for number in genome.links["innovation"].tolist()}


def test_nodes_carry_their_names_functions_and_sizes() -> None:
    genome = symmetric()
    (ax,) = features_figure(genome, values(genome, CANVAS), paint(genome, CANVAS)).axes
    words = [text.get_text() for text in ax.texts]
    assert words[::2] == ["x", "y", "d", "bias", "ink: signed sigmoid", "5: gaussian", "picture"]
    assert words[7] == "±1"
    silent = cppn(("sine", {}))
    (ax,) = features_figure(silent, values(silent, CANVAS), paint(silent, CANVAS)).axes
    assert ax.texts[9].get_text() == "±0"
    (ax,) = features_figure(coloured(), values(coloured(), CANVAS), paint(coloured(), CANVAS)).axes
    assert [text.get_text().partition(":")[0] for text in ax.texts][8:14:2] == ["hue", "saturation", "brightness"]


def test_nothing_is_drawn_outside_or_over_another() -> None:
    genome = symmetric(0.4)
    (ax,) = features_figure(genome, values(genome, CANVAS), paint(genome, CANVAS)).axes
    boxes = [image.get_extent() for image in ax.images]
    for place, (left, right, bottom, top) in enumerate(boxes):
        assert 0 < left < right < ax.get_xlim()[1]
        assert 0 < bottom < top < ax.get_ylim()[1]
        for other in boxes[:place]:
            assert left >= other[1] or right <= other[0] or bottom >= other[3] or top <= other[2]


def test_zero_has_the_colour_of_the_paper() -> None:
    for theme in (LIGHT, DARK):
        paper = [part / 255 for part in bytes.fromhex(theme.paper[1:])]
        assert diverging(theme)(0.5)[:3] == pytest.approx(paper, abs=0.01)


def test_a_map_that_is_missing_is_named() -> None:
    maps = values(symmetric(), CANVAS)
    del maps[5]
    with pytest.raises(InputError, match="there is no map of node 5"):
        features_figure(symmetric(), maps, paint(symmetric(), CANVAS))


def test_a_sheet_has_all_pictures_in_rows() -> None:
    pictures = [np.full((10, 20), shade, np.uint8) for shade in range(7)]
    (ax,) = sheet_figure(pictures, [f"{shade}" for shade in range(7)], columns=3, side=60).axes
    boxes = [image.get_extent() for image in ax.images]
    assert [int(np.asarray(image.get_array())[0, 0]) for image in ax.images] == list(range(7))
    assert [text.get_text() for text in ax.texts] == [f"{shade}" for shade in range(7)]
    assert len({box[0] for box in boxes}) == 3
    assert len({box[3] for box in boxes}) == 3
    for left, right, bottom, top in boxes:
        assert right - left == pytest.approx(60)
        assert top - bottom == pytest.approx(30)
        assert left >= 0
        assert right <= ax.get_xlim()[1]
        assert bottom >= 0
    with pytest.raises(InputError, match="1 words for 7 pictures"):
        sheet_figure(pictures, ["a"])


def test_the_same_figure_has_the_same_bytes() -> None:
    first, second = (png(sheet_figure([paint(symmetric(), CANVAS)] * 3, [""] * 3)) for _ in range(2))
    assert first == second
