from __future__ import annotations

import numpy as np
import pytest

from neatcore.errors import InputError
from viz.captions import captioned
from viz.style import THEMES

GREY = np.arange(200 * 100, dtype=np.uint32).reshape(100, 200).astype(np.uint8)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("picture", [GREY, np.stack([GREY] * 3, axis=-1), GREY[:51, :31]], ids=["grey", "colour", "odd"])
def test_words_stand_below_the_picture(picture: np.ndarray, theme: str) -> None:
    found = captioned(picture, "7", theme=theme)
    high, wide = picture.shape[:2]
    whole = picture if picture.ndim == 3 else np.stack([picture] * 3, axis=-1)
    assert np.array_equal(found[:high, :wide], whole)
    assert found.shape[0] % 2 == found.shape[1] % 2 == 0
    paper = tuple(bytes.fromhex(THEMES[theme].paper[1:]))
    assert tuple(found[-1, -1]) == paper
    assert (found[high + 2 : -1] != paper).any()
    assert not np.array_equal(found, captioned(picture, "8", theme=theme))


def test_the_words_on_the_right_need_room() -> None:
    alone = captioned(GREY, "generation 7")
    assert not np.array_equal(captioned(GREY, "generation 7", "3 links"), alone)
    assert np.array_equal(captioned(GREY, "generation 7", "3 links and as many more as it takes"), alone)


def test_the_last_word_on_the_left_is_the_one_to_keep() -> None:
    assert np.array_equal(captioned(GREY[:, :32], "generation 7"), captioned(GREY[:, :32], "7"))


def test_a_picture_is_made_of_bytes() -> None:
    with pytest.raises(InputError, match="a picture of float64"):
        captioned(np.zeros((4, 4)), "")
