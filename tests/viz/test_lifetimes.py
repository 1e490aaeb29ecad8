from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from neatcore.errors import InputError
from viz.lifetimes import BANDS, LONG, NAMED, by_movement, lifetimes_figure

RNG = np.random.default_rng


def test_every_life_has_a_panel_and_the_links_that_move_most_have_names() -> None:
    still, moving = np.zeros((40, 20)), np.cumsum(RNG(0).normal(size=(40, 20)) * np.arange(20), axis=0)
    links = [f"link {k}" for k in range(20)]
    figure = lifetimes_figure([still, moving], links, ["calm", "wild"])
    assert len(figure.axes) == 2
    for ax, life in zip(figure.axes, (still, moving), strict=True):
        lines = {tuple(np.asarray(line.get_ydata()).tolist()) for line in ax.lines}
        assert {tuple(life[:, k].tolist()) for k in by_movement([still, moving])[:NAMED]} == lines
        (rest,) = (each for each in ax.collections if isinstance(each, LineCollection))
        assert len(rest.get_segments()) == 20 - NAMED
        assert ax.get_ylim() == figure.axes[0].get_ylim()
    names = [text.get_text() for text in figure.axes[1].texts if text.get_text().startswith("link")]
    assert sorted(names) == sorted(links[k] for k in by_movement([moving])[:NAMED])
    assert any("calm" in text.get_text() for text in figure.axes[0].texts)


def test_long_lives_are_bands_of_colour() -> None:
    life = np.cumsum(RNG(0).normal(size=(LONG + 1, 30)) * np.arange(30), axis=0)
    figure = lifetimes_figure([life, life[:100]], [f"link {k}" for k in range(30)], ["", "short"])
    chosen = by_movement([life, life[:100]])[:BANDS]
    for ax, shown in zip(figure.axes, (life, life[:100]), strict=True):
        (image,) = ax.images
        assert np.array_equal(image.get_array(), shown[:, chosen].T)
    assert [text.get_text() for text in figure.axes[1].get_yticklabels()] == [f"link {k}" for k in chosen]


def test_links_are_ordered_by_the_length_of_their_way() -> None:
    there_and_back = np.array([0.0, 2.0, 0.0])
    far = np.array([0.0, 1.5, 3.0])
    assert by_movement([np.stack([far, there_and_back, np.zeros(3)], axis=1)]).tolist() == [1, 0, 2]


def test_lives_and_names_must_fit() -> None:
    with pytest.raises(InputError, match="of K links"):
        lifetimes_figure([np.zeros((3, 2))], ["a"], [""])
    with pytest.raises(InputError, match="1 titles for 2 lives"):
        lifetimes_figure([np.zeros((3, 1))] * 2, ["a"], [""])
