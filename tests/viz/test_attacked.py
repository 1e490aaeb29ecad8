"""Sheets of changed pictures: what is drawn is what was given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from neatcore.errors import InputError
from viz.attacked import SHOWN, SIDE, Attack, Seen, attack_figure
from viz.style import LIGHT


def attack(count: int = 2, channels: int = 1) -> Attack:
    """The second picture is mistaken after it was changed, and only then; doubt is first none, then half of what it can be."""
    before = np.full((count, 2, 2, channels), 0.5)
    after = before.copy()
    after[:, 0], after[:, 1, 0] = 0.6, 0.4
    labels = np.arange(count) % 4
    answers = np.where(np.arange(count) == 1, (labels + 1) % 4, labels)
    seen = Seen(before, labels, np.zeros(count)), Seen(after, answers, np.full(count, np.log(4) / 2))
    return Attack(*seen, labels, "abcd", 0.1)


def test_pictures_stand_before_and_after_what_was_added() -> None:
    (ax,) = attack_figure(attack(), "words").axes
    images = [np.asarray(image.get_array()) for image in ax.images]
    assert len(images) == 6
    assert np.array_equal(images[0], np.full((2, 2, 3), 0.5))
    assert np.allclose(images[2][0], 0.6)
    brighter, darker, same = (images[1][place] for place in ((0, 0), (1, 0), (1, 1)))
    for found, wanted in ((brighter, LIGHT.weights[-1]), (darker, LIGHT.weights[0]), (same, LIGHT.paper)):
        assert found == pytest.approx(to_rgba(wanted), abs=0.01)


def test_answers_are_named_red_where_they_are_wrong_and_bars_are_as_long_as_doubt() -> None:
    found = attack()
    (ax,) = attack_figure(found, "words").axes
    colours = {text.get_text(): str(text.get_color()) for text in ax.texts}
    assert colours["c"] == LIGHT.bad
    assert colours["b"] == colours["a"] == LIGHT.ink
    assert "is b" in colours
    assert "is a" not in colours
    assert f"0.00 → {np.log(4) / 2:.2f}" in colours
    bars = [patch.get_width() for patch in ax.patches if isinstance(patch, Rectangle)]
    assert bars == pytest.approx([SIDE, 0, SIDE, SIDE / 2] * 2)


def test_rounding_is_no_change() -> None:
    found = attack()
    same = replace(found.before, pictures=found.before.pictures + 3e-8)
    (ax,) = attack_figure(replace(found, after=same, epsilon=0.0), "words").axes
    assert np.asarray(ax.images[1].get_array())[0, 0] == pytest.approx(to_rgba(LIGHT.paper), abs=0.01)


@pytest.mark.parametrize("count", [1, 5, SHOWN, SHOWN + 3])
def test_there_are_at_most_so_many_and_colours_stay(count: int) -> None:
    (ax,) = attack_figure(attack(count, channels=3), "words", theme="dark").axes
    assert len(ax.images) == 3 * min(count, SHOWN)
    bottom, right = ax.get_ylim()[0], ax.get_xlim()[1]
    assert all(image.get_extent()[2] < bottom and image.get_extent()[1] < right for image in ax.images)


def test_what_does_not_fit_together_is_told() -> None:
    found = attack()
    with pytest.raises(InputError, match="an attack of 2 pictures with"):
        replace(found, after=replace(found.after, doubt=np.zeros(3)))
    with pytest.raises(InputError, match="no changed pictures"):
        attack_figure(attack(0), "words")
