from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.errors import InputError
from viz.weights import SHOWN, _embedded, _folded, _mosaic, _striped, weights_figure


def words(figure: object) -> list[str]:
    (ax,) = figure.axes  # type: ignore[attr-defined]
    return [text.get_text() for text in ax.texts]


def test_every_matrix_has_its_name_shape_and_scale() -> None:
    rng = default_rng(0)
    arrays = {
        "conv1.kernel": rng.normal(size=(7, 7, 1, 16)),
        "conv1.bias": np.zeros(16),
        "dense.kernel": rng.normal(size=(784, 10)),
    }
    said = words(weights_figure(arrays))
    assert "conv1.kernel   7 × 7 × 1 × 16" in said
    assert "dense.kernel   784 × 10" in said
    assert not any("bias" in line for line in said)
    assert any(f"{np.abs(arrays['dense.kernel']).max():.3g}" in line for line in said)


def test_readers_of_pictures_are_pictures_only_in_the_first_layer() -> None:
    arrays = {"a": np.ones((64, 20)), "b": np.ones((64, 10))}
    said = words(weights_figure(arrays, pixels=(8, 8, 1)))
    assert sum("how it reads the picture" in line for line in said) == 1
    assert not any("how it reads the picture" in line for line in words(weights_figure(arrays)))


def test_small_pictures_stand_a_cell_apart_and_keep_their_values() -> None:
    tiles = np.arange(5 * 2 * 3, dtype=float).reshape(5, 2, 3)
    image = _mosaic(_folded(tiles, 4))
    assert image.shape == (2 * 3 - 1, 4 * 4 - 1)
    assert np.array_equal(image[:2, :3], tiles[0])
    assert np.array_equal(image[:2, 4:7], tiles[1])
    assert np.array_equal(image[3:, :3], tiles[4])
    assert np.isnan(image[:, 3]).all()
    assert np.isnan(image[3:, 4:]).all()


def test_embeddings_come_first_those_of_each_weight_apart() -> None:
    embeddings = {"a.kernel": np.full((2, 3), 1.0), "b.kernel": np.full((1, 3), -2.0)}
    image = _embedded(embeddings)
    assert np.array_equal(image.cells, [[1.0, 1.0, np.nan, -2.0]] * 3, equal_nan=True)
    said = words(weights_figure({"a.kernel": np.ones((3, 4))}, embeddings=embeddings))
    assert said[:2] == [
        "embeddings   3 × 3",
        "a column for each tile of 2 arrays in turn, a row for each number; the largest size is 2",
    ]


def test_what_is_left_out_is_said() -> None:
    arrays = {f"layer{k}": np.ones((3, 4)) for k in range(SHOWN + 2)}
    assert "2 more arrays are not shown" in words(weights_figure(arrays))
    with pytest.raises(InputError, match="no weight matrices"):
        weights_figure({"bias": np.ones(3)})


@pytest.mark.parametrize(("shape", "stripes"), [((4, 300), 5), ((114, 256), 1), ((32, 128), 1), ((10, 784), 6), ((256, 20), 1)])
def test_a_matrix_lies_in_stripes_only_where_that_makes_its_cells_larger(shape: tuple[int, int], stripes: int) -> None:
    table = np.arange(shape[0] * shape[1], dtype=float).reshape(shape)
    cells, said = _striped(table, "words")
    assert said == ("words" if stripes == 1 else f"words; in {stripes} stripes")
    assert np.array_equal(np.sort(cells[~np.isnan(cells)]), np.sort(table.ravel()))
    assert np.array_equal(cells[: shape[0], :2], table[:, :2])
