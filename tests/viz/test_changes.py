from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from neatcore.errors import InputError
from viz.changes import COLUMNS, changes_figure
from viz.sheets import Tint
from viz.style import theme_of


def test_every_character_stands_over_a_strip_for_each_gate() -> None:
    symbols = list("so it goes,\nand $on$ it goes. " * 4)
    changes = np.linspace(0, 1, len(symbols) * 4).reshape(-1, 4)
    (ax,) = changes_figure(symbols, changes, ("i", "g", "f", "o")).axes
    letters = [text for text in ax.texts if text.get_fontfamily() == ["monospace"]]
    assert "".join(text.get_text() for text in letters) == "".join(symbols).replace("\n", "↵")
    assert len({text.get_position()[1] for text in letters}) == -(-len(symbols) // COLUMNS)
    (strips,) = (each for each in ax.collections if isinstance(each, PolyCollection))
    drawn = np.asarray(strips.get_facecolor())[-changes.size :]
    wanted = Tint(theme_of("light"), float(np.percentile(changes, 98)), links=False)(changes).reshape(-1, 4)
    np.testing.assert_allclose(255 * drawn, wanted, atol=1)
    assert any("from the top: gates i, g, f, o" in text.get_text() for text in ax.texts)


def test_one_matrix_needs_no_order_and_lengths_must_match() -> None:
    (ax,) = changes_figure("abc", np.zeros((3, 1)), ("h",)).axes
    assert not any("from the top" in text.get_text() for text in ax.texts)
    with pytest.raises(InputError, match="3 characters, and changes of 2"):
        changes_figure("abc", np.zeros((2, 1)), ("h",))
    with pytest.raises(InputError, match="no text"):
        changes_figure("", np.zeros((0, 1)), ("h",))
    with pytest.raises(InputError, match="1 names for 2 gates"):
        changes_figure("abc", np.zeros((3, 2)), ("h",))
