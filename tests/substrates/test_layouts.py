"""Where each layout puts neurons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from neatcore.errors import InputError
from neatcore.interfaces import Floats
from substrates.config import LAYOUTS, SubstrateConfig
from substrates.geometry import Substrate, check_substrate, grid, ring
from substrates.layouts import arranged, lay_out

HALF = np.sqrt(0.5)
COUNTS = st.integers(1, 40)


def laid(inputs: int, outputs: int, **options: Any) -> Substrate:
    return lay_out(SubstrateConfig.model_validate(options), inputs, outputs)


def points(substrate: Substrate) -> list[list[list[float]]]:
    return [np.round(sheet.points, 6).tolist() for sheet in substrate.sheets]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"substrate": "parallel", "hidden": [1]}, [[[-1, -1], [1, -1]], [[0, 0]], [[-1, 1], [1, 1]]]),
        ({"substrate": "task"}, [[[-1, -1], [1, -1]], [[-1, 1], [1, 1]]]),
        ({"substrate": "concentric", "hidden": [2]}, [[[0.5, 0], [-0.5, 0]], [[0.75, 0], [-0.75, 0]], [[1, 0], [-1, 0]]]),
        (
            {"substrate": "circular", "hidden": [1, 1]},
            [[[-HALF, -HALF], [HALF, -HALF]], [[0.5, 0]], [[0.25, 0]], [[-HALF, HALF], [HALF, HALF]]],
        ),
        ({"substrate": "sandwich"}, [[[-1, 0], [1, 0]], [[-1, 0], [1, 0]]]),
        ({"substrate": "sandwich", "hidden": [2]}, [[[-1, 0, -1], [1, 0, -1]], [[-1, 0, 0], [1, 0, 0]], [[-1, 0, 1], [1, 0, 1]]]),
        ({"substrate": "grid", "dimensions": 1}, [[[-1], [1]], [[-1], [1]]]),
        ({"substrate": "grid", "dimensions": 3}, [[[-1, 0, 0], [1, 0, 0]], [[-1, 0, 0], [1, 0, 0]]]),
        (
            {"substrate": "hypercube", "hidden": [[1, 2]]},
            [[[-1, -1], [1, -1]], [[0, -1 / 3], [0, 1 / 3]], [[-1, 1], [1, 1]]],
        ),
        ({"substrate": "hypercube", "dimensions": 1, "hidden": [3]}, [[[-1], [-2 / 3]], [[-1 / 6], [0], [1 / 6]], [[1], [2 / 3]]]),
    ],
)
def test_two_inputs_two_outputs(options: dict[str, Any], wanted: list[Any]) -> None:
    for found, expected in zip(points(laid(2, 2, **options)), wanted, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_sandwich_is_as_square_as_its_neurons_allow() -> None:
    substrate = laid(121, 7, substrate="sandwich")
    near, far = substrate.sheets
    assert np.array_equal(near.points, grid(11, 11))
    assert near.shape == (11, 11)
    assert np.array_equal(far.points, grid(3, 3)[:7])
    assert far.shape == (7,)


def test_a_cube_is_filled_and_its_shape_is_that_of_an_array() -> None:
    substrate = laid(27, 12, substrate="grid", dimensions=3, hidden=[[4, 3, 2]])
    assert [sheet.shape for sheet in substrate.sheets] == [(3, 3, 3), (2, 3, 4), (2, 2, 3)]
    assert substrate.dimensions == 4  # three, and one that tells the sheets apart


def test_a_hidden_number_is_spread_like_the_inputs() -> None:
    assert np.array_equal(laid(9, 1, substrate="sandwich", hidden=[9]).sheets[1].points[:, :2], grid(3, 3))
    assert np.array_equal(laid(9, 1, substrate="sandwich", hidden=[[9]]).sheets[1].points[:, :2], grid(9, 1))


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_a_hypercube_links_everything_and_shares_no_place(dimensions: int) -> None:
    substrate = laid(6, 5, substrate="hypercube", dimensions=dimensions)
    everywhere = np.concatenate([sheet.points for sheet in substrate.sheets])
    assert len(np.unique(everywhere, axis=0)) == 6 + 5 + 3**dimensions
    assert everywhere.shape[1] == dimensions
    assert len(substrate.projections) == 3 * 2
    assert substrate.recurrent


PLACES = (ring(4, 0.5), ring(3))


def test_a_task_s_places_are_kept_and_hidden_sheets_lie_between() -> None:
    bare = lay_out(SubstrateConfig(), 4, 3, PLACES)
    assert all(np.array_equal(sheet.points, place) for sheet, place in zip(bare.sheets, PLACES, strict=True))
    deep = lay_out(SubstrateConfig(hidden=((3, 3),)), 4, 3, PLACES)
    assert [sheet.points[:, 2].tolist() for sheet in deep.sheets] == [[-1.0] * 4, [0.0] * 9, [1.0] * 3]
    assert np.array_equal(deep.sheets[0].points[:, :2], PLACES[0])


def test_depth_is_added_where_one_output_would_confuse_pairs_of_sheets_or_as_told() -> None:
    def dimensions(told_apart: bool = False, **options: Any) -> int:
        return lay_out(SubstrateConfig.model_validate({"substrate": "sandwich"} | options), 4, 4, told_apart=told_apart).dimensions

    assert dimensions() == 2
    assert dimensions(hidden=[4]) == 3
    assert dimensions(wiring="full") == 3
    assert dimensions(hidden=[4], told_apart=True) == 2
    assert dimensions(hidden=[4], depth="no") == 2
    assert dimensions(depth="yes") == 3
    assert dimensions(substrate="parallel", hidden=[4]) == 2


@settings(deadline=None)
@given(
    st.sampled_from(LAYOUTS), st.integers(1, 40), st.integers(1, 40), st.lists(st.integers(1, 12), max_size=3), st.integers(1, 3)
)
def test_every_layout_is_a_substrate_whose_dimensions_do_not_depend_on_its_size(
    layout: str, inputs: int, outputs: int, hidden: list[int], dimensions: int
) -> None:
    hidden = hidden[:1] if layout == "hypercube" else hidden
    options = {"substrate": layout, "hidden": hidden, "dimensions": dimensions}
    substrate = laid(inputs, outputs, **options)
    check_substrate(substrate)
    assert (substrate.inputs, substrate.outputs) == (inputs, outputs)
    assert [len(sheet) for sheet in substrate.sheets][1:-1] == (hidden or [3**dimensions] * (layout == "hypercube"))
    assert substrate.dimensions == laid(inputs + 1, 2 * outputs, **options).dimensions
    for sheet in substrate.sheets:
        assert np.abs(sheet.points).max() <= 1 + 1e-12
        assert len(np.unique(np.round(sheet.points, 9), axis=0)) == len(sheet)


@pytest.mark.parametrize(("x", "y"), [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_grids_are_recognised_whichever_way_their_axes_point(x: int, y: int) -> None:
    assert arranged(grid(4, 3) * [x, y]) == (3, 4)


def test_what_is_no_grid_is_a_row() -> None:
    assert arranged(grid(4, 3)[::-1][:11]) == (11,)
    assert arranged(ring(6)) == (6,)
    shuffled: Floats = grid(4, 3)[[1, 0, *range(2, 12)]]
    assert arranged(shuffled) == (12,)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"substrate": "parralel"}, "unknown substrate 'parralel'; did you mean 'parallel'"),
        ({"substrate": "qq"}, "choose from: .*TOML"),
        ({"substrate": "hypercube", "hidden": [2, 2]}, "has one hidden sheet, not 2"),
        ({"substrate": "sandwich", "hidden": [[2, 2, 2]]}, "2 × 2 × 2 neurons does not fit the 2 dimensions of substrate=sandwich"),
        ({"substrate": "concentric", "hidden": [[5, 5]]}, r"substrate=concentric has no room for a hidden grid \[5, 5\]; write 25"),
        ({"wiring": "recurrent"}, "wiring=recurrent needs a hidden sheet"),
    ],
)
def test_what_does_not_fit_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        laid(4, 4, **options)


def test_places_that_do_not_fit_are_named() -> None:
    with pytest.raises(InputError, match="substrate task has 4 inputs, the task needs 5"):
        lay_out(SubstrateConfig(), 5, 3, PLACES)
    with pytest.raises(InputError, match="'output' has 3 coordinates a neuron, sheet 'input' 2"):
        lay_out(SubstrateConfig(), 4, 3, (PLACES[0], grid(3, 1, 1)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": [0]}, "a hidden sheet of 0 neurons"),
        ({"hidden": [[2, 2, 2, 2]]}, "write 8, "),
        ({"dimensions": 4}, "dimensions"),
        ({"activation": "sigmiod"}, "did you mean 'sigmoid'"),
    ],
)
def test_bad_configurations_name_the_culprit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SubstrateConfig.model_validate(options)
