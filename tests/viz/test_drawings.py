from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from neatcore.errors import InputError
from neatcore.interfaces import Floats
from viz.drawings import drawings_figure, strokes
from viz.style import DARK, LIGHT, Theme

CROSS = np.array([[0, 4, 1], [-2, -2, 0], [4, 0, 0]], np.float64)  # down, then across from the left
DOT = np.array([[0, 0, 1]], np.float64)


def lines(ax: Axes) -> list[list[Floats]]:
    return [[path.vertices for path in part.get_paths()] for part in ax.collections if isinstance(part, LineCollection)]


def test_strokes_end_where_the_pen_is_lifted() -> None:
    one, other = strokes(CROSS)
    assert one.tolist() == [[0, 0], [0, 4]]
    assert other.tolist() == [[-2, 2], [2, 2]]


def test_a_stroke_of_one_point_is_seen() -> None:
    assert [part.tolist() for part in strokes(np.array([[1, 0, 1], [3, 0, 1]], np.float64))] == [[[0, 0], [1, 0]], [[4, 0], [4, 0]]]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_each_drawing_fills_its_cell_and_none_meets_another(theme: Theme) -> None:
    drawings = [scale * CROSS * (1, 1, 1 / scale) for scale in (1.0, 30.0, 0.01)] + [DOT, CROSS]
    figure = drawings_figure(drawings, columns=3, side=50, theme=theme)
    (ax,) = figure.axes
    found = lines(ax)
    assert len(found) == 5
    boxes = [np.concatenate(each) for each in found]
    for number, box in enumerate(boxes):
        assert box.min() > 0
        assert (box.max(axis=0) < (ax.get_xlim()[1], ax.get_ylim()[0])).all()
        assert np.ptp(box, axis=0).max() == pytest.approx(0 if number == 3 else 50)
        for other in boxes[:number]:
            assert (box.min(axis=0) > other.max(axis=0)).any() or (other.min(axis=0) > box.max(axis=0)).any()
    assert {to_hex(colour) for part in ax.collections for colour in part.get_edgecolor()} == {theme.ink}  # type: ignore[union-attr]


def test_shapes_are_kept_and_y_goes_down() -> None:
    (ax,) = drawings_figure([CROSS], side=80).axes
    one, other = lines(ax)[0]
    assert one[1, 1] > one[0, 1]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert np.ptp(one[:, 1]) == pytest.approx(np.ptp(other[:, 0]))


def test_what_is_no_drawing() -> None:
    with pytest.raises(InputError, match="no drawing to show"):
        drawings_figure([])
    with pytest.raises(InputError, match=r"shape \(3, 2\), not \(n, 3\)"):
        drawings_figure([CROSS[:, :2]])
