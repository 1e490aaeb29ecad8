"""Pixels to coordinates, outputs to colours."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from neatcore.canvas import DISTANCE, Canvas, parse_size, pixels, shades
from neatcore.errors import InputError


def test_coordinates_are_those_of_the_pixels_middles() -> None:
    points = Canvas(4, 2).points()
    assert points[:, 0].tolist() == [-1.5, -0.5, 0.5, 1.5] * 2
    assert points[:, 1].tolist() == [-0.5] * 4 + [0.5] * 4
    assert points[:, 2] == pytest.approx(DISTANCE * np.hypot(points[:, 0], points[:, 1]))
    for size in (1, 2, 7, 256):
        i = np.arange(size)
        assert Canvas(size, size).points()[:size, 0] == pytest.approx((2 * i - (size - 1)) / size)


def test_corners_lie_on_the_edges() -> None:
    points = Canvas(5, 3, corners=True).points()
    assert points[:5, 0].tolist() == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert points[::5, 1].tolist() == [-1.0, 0.0, 1.0]


@pytest.mark.parametrize("canvas", [Canvas(7, 5), Canvas(5, 7, corners=True), Canvas(1, 9)])
def test_a_range_of_points_is_a_part_of_all(canvas: Canvas) -> None:
    assert np.array_equal(canvas.points(3, 8), canvas.points()[3:8])


@pytest.mark.parametrize("canvas", [Canvas(12, 7), Canvas(9, 9, corners=True)])
def test_coordinates_are_exactly_symmetric(canvas: Canvas) -> None:
    x, y, d = canvas.points().reshape(canvas.height, canvas.width, 3).transpose(2, 0, 1)
    assert np.array_equal(x, -x[:, ::-1])
    assert np.array_equal(y, -y[::-1])
    assert np.array_equal(d, d[::-1, ::-1])


@pytest.mark.parametrize(("words", "size"), [("1024", (1024, 1024)), ("800x600", (800, 600)), (" 3X9 ", (3, 9)), ("4×2", (4, 2))])
def test_sizes(words: str, size: tuple[int, int]) -> None:
    assert parse_size(words) == Canvas(*size)


@pytest.mark.parametrize("words", ["", "big", "0", "10x0", "-4", "3x", "1.5", "2x3x4"])
def test_what_is_no_size(words: str) -> None:
    with pytest.raises(InputError, match="is none; write the pixels of a side"):
        parse_size(words)


def test_a_picture_too_large_says_how_much_it_would_take() -> None:
    Canvas(32768, 32768).check_memory(1)
    with pytest.raises(InputError, match=r"a picture of 400000x300000 pixels would take 112 GiB of memory; the most is 1 GiB"):
        Canvas(400_000, 300_000).check_memory(1)
    with pytest.raises(InputError, match=r"100 pictures of 2048x2048 pixels would take 1.17 GiB"):
        Canvas(2048, 2048).check_memory(3, 100)
    with pytest.raises(InputError, match="has no room"):
        Canvas(1, 1, corners=True)


def test_grey_is_the_size_of_the_output() -> None:
    assert pixels(np.array([[-2.0], [-1.0], [-0.5], [0.0], [0.25], [3.0]])).tolist() == [255, 255, 128, 0, 64, 255]


def test_colours_agree_with_the_hues_of_the_standard_library() -> None:
    outputs = np.random.default_rng(1).uniform(-2, 2, (500, 3))
    wanted = [
        colorsys.hsv_to_rgb((hue + 1) % 1, min(max(saturation, 0.0), 1.0), min(abs(value), 1.0))
        for hue, saturation, value in outputs.tolist()
    ]
    assert shades(outputs) == pytest.approx(np.array(wanted), abs=1e-12)
    assert pixels(np.array([[[0.0, 1.0, 1.0], [1 / 3, 1.0, -1.0]]])).tolist() == [[[255, 0, 0], [0, 255, 0]]]
