"""Points, sheets and what joins them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from neatcore.errors import InputError
from substrates.geometry import Projection, Sheet, Substrate, check_substrate, grid, lifted, ring, row, wire

ROLES = ("input", "hidden", "hidden", "output")


def sheet(role: str, count: int = 2, name: str = "") -> Sheet:
    return Sheet(name or role, role, row(count, 0.0), (count,))


def joined(roles: tuple[str, ...], wiring: str) -> set[tuple[int, int]]:
    return {(each.source, each.target) for each in wire(roles, wiring)}


def test_a_grid_runs_along_x_first() -> None:
    assert grid(3, 2).tolist() == [[-1, -1], [0, -1], [1, -1], [-1, 1], [0, 1], [1, 1]]
    assert grid(2, 1, 2).tolist() == [[-1, 0, -1], [1, 0, -1], [-1, 0, 1], [1, 0, 1]]
    assert grid(5)[:, 0].tolist() == [-1, -0.5, 0, 0.5, 1]


@pytest.mark.parametrize("size", [3, 11, 33, 55])
def test_grid_coordinates_are_the_paper_s(size: int) -> None:
    wanted = [(i - size // 2) / ((size - 1) / 2) for i in range(size)]
    np.testing.assert_allclose(grid(size)[:, 0], wanted, atol=1e-15)


def test_rings_rows_and_a_further_coordinate() -> None:
    np.testing.assert_allclose(ring(4, 0.5), [[0.5, 0], [0, 0.5], [-0.5, 0], [0, -0.5]], atol=1e-15)
    assert row(3, -1).tolist() == [[-1, -1], [0, -1], [1, -1]]
    assert row(1, 0.5).tolist() == [[0, 0.5]]
    assert lifted(grid(2), 0.5).tolist() == [[-1, 0.5], [1, 0.5]]


def test_wirings() -> None:
    assert joined(ROLES, "layers") == {(0, 1), (1, 2), (2, 3)}
    assert joined(ROLES, "skip") == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
    assert joined(ROLES, "recurrent") == {(0, 1), (1, 2), (2, 3), (1, 1), (2, 2)}
    assert joined(ROLES, "full") == {(source, target) for source in range(4) for target in (1, 2, 3)}


def test_several_inputs_or_outputs_are_one_layer() -> None:
    assert joined(("input", "input", "output", "output"), "layers") == {(0, 2), (0, 3), (1, 2), (1, 3)}
    assert joined(("input", "input", "hidden", "output"), "skip") == {(0, 2), (1, 2), (0, 3), (1, 3), (2, 3)}


@pytest.mark.parametrize(("wiring", "recurrent"), [("layers", False), ("skip", False), ("recurrent", True), ("full", True)])
def test_a_substrate_knows_its_size_and_whether_it_is_recurrent(wiring: str, recurrent: bool) -> None:
    sheets = tuple(sheet(role, 2 + place, f"s{place}") for place, role in enumerate(ROLES))
    substrate = Substrate(sheets, wire(ROLES, wiring))
    check_substrate(substrate)
    assert (substrate.inputs, substrate.outputs, substrate.recurrent, substrate.dimensions) == (2, 5, recurrent, 2)
    sizes = [substrate.size_of(projection) for projection in substrate.projections]
    assert substrate.links == sum(sources * targets for sources, targets in sizes)
    assert sizes[0] == (2, 3)
    assert substrate.title(substrate.projections[0]) == "s0 → s1"


ENDS = (sheet("input"), sheet("output"))
FORWARD = (Projection(0, 1),)


@pytest.mark.parametrize(
    ("sheets", "projections", "message"),
    [
        ((), (), "needs an input and an output sheet"),
        ((ENDS[0], sheet("outer")), FORWARD, "role 'outer' is none of input, hidden, output"),
        ((ENDS[0], replace(ENDS[1], points=np.zeros(2))), FORWARD, r"'output': points of shape \(2,\)"),
        ((ENDS[0], replace(ENDS[1], points=np.full((2, 2), np.nan))), FORWARD, "'output' has a coordinate that is not finite"),
        ((ENDS[0], replace(ENDS[1], shape=(3,))), FORWARD, r"2 neurons cannot have the shape \(3,\)"),
        ((ENDS[0], replace(ENDS[1], points=np.zeros((2, 3)))), FORWARD, "'output' has 3 coordinates a neuron, sheet 'input' 2"),
        (tuple(replace(each, points=np.zeros((2, 5))) for each in ENDS), FORWARD, "have 5 coordinates; 4 is the most"),
        (ENDS[::-1], (Projection(1, 0),), "in the order inputs, hidden, outputs"),
        ((ENDS[0], sheet("hidden")), FORWARD, "needs an output sheet"),
        ((sheet("hidden"), ENDS[1]), FORWARD, "needs an input sheet"),
        (ENDS, (Projection(0, 2),), "a projection joins sheet 2; there are 2"),
        (ENDS, FORWARD * 2, "two projections join input → output"),
        (ENDS, (Projection(1, 0),), "projection output → input ends at an input sheet"),
        ((ENDS[0], sheet("hidden"), ENDS[1]), FORWARD, "no projection ends at sheet 'output'"),
    ],
)
def test_what_is_no_substrate_is_named(sheets: tuple[Sheet, ...], projections: tuple[Projection, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_substrate(Substrate(sheets, projections))


def test_impossible_points_and_wirings_are_refused() -> None:
    with pytest.raises(InputError, match="a grid of 3 × 0 neurons"):
        grid(3, 0)
    with pytest.raises(InputError, match="a ring of 0 neurons"):
        ring(0)
    with pytest.raises(InputError, match="wiring=recurrent needs a hidden sheet"):
        wire(("input", "output"), "recurrent")
