"""Coefficients and the weights that they draw, read back from the pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.random import default_rng

from neatcore.interfaces import Floats
from substrates.dct import Dct, DctConfig, dct
from substrates.spectrum import places
from viz.cosines import CELL, EDGE, GAP, HEAD, NARROW, cosines_figure, picture, spectrum
from viz.sheets import Tint
from viz.style import LIGHT, SHARPNESS

LEFT, TOP = EDGE + NARROW + GAP, EDGE + HEAD  # of the weights


def made(inputs: int, outputs: int, **options: Any) -> tuple[Dct, Floats]:
    encoding, _ = dct(DctConfig.model_validate(options), inputs, outputs)
    return encoding, default_rng(0).normal(size=encoding.space.size)


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_weight_has_its_colour_in_its_place() -> None:
    encoding, genome = made(4, 3, coefficients=4)
    figure = cosines_figure(encoding, genome)
    pixels = np.asarray(figure.axes[0].images[0].get_array())
    weights = encoding.drawn(genome[None])[0][0]
    colours = Tint(LIGHT, float(np.abs(weights).max()), links=False)(weights)
    for row in range(3):
        for column in range(5):
            x, y = (int((start + (place + 0.5) * CELL) * SHARPNESS) for start, place in ((LEFT, column), (TOP, row)))
            assert np.array_equal(pixels[y, x], colours[row, column])
    assert f"weights, within ±{np.abs(weights).max():.3g}" in words(figure)


def test_coefficients_stand_where_their_frequencies_are() -> None:
    found = spectrum(np.arange(1.0, 5.0), places((3, 5), 4))
    assert np.array_equal(found, [[1, 2, 4], [3, np.nan, np.nan]], equal_nan=True)
    lines = spectrum(np.arange(11.0), places((40,), 11))
    assert lines.shape == (2, 8)
    assert np.array_equal(lines.ravel()[:11], np.arange(11.0))
    assert np.isnan(lines[1, 3:]).all()


def test_every_matrix_has_its_name_and_how_many_numbers_draw_it() -> None:
    encoding, genome = made(4, 3, coefficients=4, hidden=[5, 4, 3])
    said = words(cosines_figure(encoding, genome, theme="dark"))
    assert {"input, bias → hidden 1", "4 coefficients for 5 × 5 = 25 weights", "1 more matrices are not shown"} <= set(said)
    encoding, genome = made(4, 1, coefficients=1, biases=False)
    assert "1 coefficient for 1 × 4 = 4 weights" in words(cosines_figure(encoding, genome))


@pytest.mark.parametrize(
    ("options", "shape", "gaps"),
    [
        ({"transform": "vector", "hidden": [4], "matrices": "one"}, (4 + 1 + 6, 10), 4 * 0 + 10 + 6 * 5),
        ({"matrices": "pair", "transform": "sheets", "substrate": "grid"}, (2 * 4 - 1 + 0, 3 * 4 - 1), None),
        ({"hidden": [4], "wiring": "full", "matrices": "one"}, (10, 9 + 4 + 6 + 1), 0),
    ],
)
def test_weights_of_other_dimensions_are_laid_out_as_rows_and_columns(
    options: dict[str, Any], shape: tuple[int, int], gaps: int | None
) -> None:
    encoding, genome = made(9, 6, **options)
    arrays = encoding.drawn(genome[None])
    image = picture(encoding, encoding.matrices[0], arrays[0])
    assert image.shape == shape
    held = np.sort(image[~np.isnan(image)])
    assert np.array_equal(held, np.sort(arrays[0].ravel()))
    if gaps is not None:
        assert np.isnan(image).sum() == gaps


def test_a_matrix_larger_than_the_picture_is_averaged() -> None:
    encoding, genome = made(1500, 900, coefficients=6)
    figure = cosines_figure(encoding, genome)
    assert figure.get_size_inches()[1] * 72 < 420
    encoding, genome = made(3, 40, coefficients=2, matrices="pair")
    image = picture(encoding, encoding.matrices[1], encoding.drawn(genome[None])[1])
    assert image.shape == (1, 40), "a column of biases lies"


def test_weights_from_one_neuron_to_a_grid_are_a_picture_of_the_grid() -> None:
    points = np.array([(x, y) for y in (-0.5, 0.5) for x in (-1.0, 0.0, 1.0)])
    config = DctConfig(coefficients=4, matrices="pair", transform="sheets", biases=False)
    encoding, _ = dct(config, 1, 6, (np.zeros((1, 2)), points))
    (drawn,) = encoding.drawn(np.arange(1.0, 5.0)[None])
    assert np.array_equal(picture(encoding, encoding.matrices[0], drawn), drawn.reshape(2, 3))
    figure = cosines_figure(encoding, np.arange(1.0, 5.0))
    assert "4 coefficients for 2 × 3 × 1 = 6 weights" in words(figure)
    pixels = np.asarray(figure.axes[0].images[0].get_array())
    weights = drawn.reshape(2, 3)
    colours = Tint(LIGHT, float(np.abs(weights).max()), links=False)(weights)
    for row in range(2):
        for column in range(3):
            y, x = (int((start + (place + 0.5) * CELL) * SHARPNESS) for start, place in ((TOP, row), (LEFT, column)))
            assert np.array_equal(pixels[y, x], colours[row, column])
