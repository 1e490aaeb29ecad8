"""The palette, the ways to keep labels apart, and SVG that takes the page's colours."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neatcore.errors import InputError
from viz.style import DARK, LIGHT, Theme, dress, extent, figure, name_ends, plot_figure, short, spread, theme_of
from viz.svg import png, svg


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tone", [LIGHT, DARK])
def test_colours_are_told_apart_by_role(tone: Theme) -> None:
    colours = [colour for _, colour in tone.roles()]
    assert len(set(colours)) == len(colours)
    assert [role for role, _ in tone.roles()] == [role for role, _ in LIGHT.roles()]
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours)


@pytest.mark.parametrize("tone", [LIGHT, DARK])
def test_words_can_be_read(tone: Theme) -> None:
    for role in ("ink", "muted", "accent", "second", "good", "bad"):
        assert contrast(getattr(tone, role), tone.paper) >= 4.5, role
    for colour in tone.species:
        assert contrast(tone.on(colour), colour) >= 3, colour


@pytest.mark.parametrize("tone", [LIGHT, DARK])
def test_weight_colours_diverge(tone: Theme) -> None:
    half = len(tone.weights) // 2
    assert tone.weight(1) == tone.weights[-1]
    assert tone.weight(-1) == tone.weights[0]
    assert {tone.weight(share) for share in np.linspace(0, 1, 50)} == set(tone.weights[half:])
    strength = [contrast(colour, tone.paper) for colour in tone.weights]
    assert strength[:half] == sorted(strength[:half], reverse=True)
    assert strength[half:] == sorted(strength[half:])
    for colour in tone.weights[:half]:
        assert int(colour[1:3], 16) > int(colour[5:7], 16), "negative weights are orange"


def test_an_unknown_theme_names_the_nearest() -> None:
    with pytest.raises(InputError, match="'drak'; did you mean 'dark'"):
        theme_of("drak")


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0, 20)), min_size=1, max_size=12))
def test_spread_keeps_gaps_and_the_mean(pairs: list[tuple[float, float]]) -> None:
    wanted, gaps = [place for place, _ in pairs], [gap for _, gap in pairs[1:]]
    places = spread(wanted, gaps)
    assert np.all(np.diff(places) >= np.array(gaps) - 1e-9)
    assert np.isclose(np.mean(places), np.mean(wanted))


def test_spread_leaves_alone_what_has_room() -> None:
    assert spread([0.0, 5.0, 30.0], [4.0, 4.0]) == [0.0, 5.0, 30.0]
    assert spread([1.0, 1.0], [4.0]) == [-1.0, 3.0]


def test_names_of_lines_do_not_touch() -> None:
    _, ax = plot_figure("light", 400, 200)
    ax.set_ylim(0, 1)
    name_ends(ax, [(0.50, "a", "#000000"), (0.51, "b", "#000000"), (0.9, "c", "#000000")])
    heights = sorted(text.xyann[1] for text in ax.texts)
    assert np.all(np.diff(heights) >= 14)


def test_long_names_stay_on_the_page() -> None:
    drawing, ax = plot_figure("light", 400, 200)
    name_ends(ax, [(0.5, "population=1000 recurrent=true", "#000000")])
    name_ends(ax, [(0.5, "short", "#000000")])
    long, short = (text.get_window_extent() for text in ax.texts)
    assert long.x1 <= ax.get_window_extent().x1 <= short.x0
    assert short.x1 <= drawing.bbox.x1


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.0, 0.5, 1.0], ["0.0", "0.5", "1.0"]),
        ([-400000.0, -200000.0, 0.0], ["−400,000", "−200,000", "0"]),
        ([2.9e12, 3e12], ["2.9e12", "3e12"]),
        ([-1e-9, 0.0, 2.5e-9], ["−1e−9", "0", "2.5e−9"]),
    ],
)
def test_ticks_are_short_and_there_is_room_for_them(values: list[float], texts: list[str]) -> None:
    drawing, ax = plot_figure(LIGHT, 300, 200)
    ax.set_ylim(values[0], values[-1])
    dress(ax, LIGHT, "", "something")
    ax.set_yticks(values)
    svg(drawing, "ticks")
    assert [label.get_text() for label in ax.get_yticklabels()] == texts
    assert ax.get_position().x0 * 300 >= 6.8 * max(map(len, texts))


def test_numbers_in_short() -> None:
    numbers = 0.0, 3.75, -14859.4, 2.985e12, -2.943e-3, 1e-9
    assert [short(number) for number in numbers] == ["0", "3.75", "−14,859", "2.985e12", "−0.002943", "1e−9"]


def test_names_of_lines_that_end_high_up_stay_on_the_page() -> None:
    drawing, ax = plot_figure(LIGHT, 400, 200)
    ax.set_ylim(0, 10)
    name_ends(ax, [(9.0 + 0.1 * place, f"line {place}", LIGHT.ink) for place in range(8)])
    drawing.canvas.draw()
    assert max(text.get_window_extent().y1 for text in ax.texts) <= drawing.bbox.y1


def test_a_figure_is_as_large_as_asked() -> None:
    drawing = figure("dark", 400, 300)
    assert extent(drawing.add_subplot()) == (400, 300)
    assert drawing.get_facecolor() == pytest.approx([int(DARK.paper[k : k + 2], 16) / 255 for k in (1, 3, 5)] + [1])
    assert png(drawing)[16:24] == (800).to_bytes(4, "big") + (600).to_bytes(4, "big")


def labelled(words: str) -> str:
    drawing, ax = plot_figure("light", 300, 200)
    ax.plot([0, 1], [0.123456, 1], color=LIGHT.accent)
    ax.text(0, 0, words, color=LIGHT.ink)
    dress(ax, LIGHT, "x", "y")
    return svg(drawing, "name", LIGHT, 'say "hello" & <more>')


def test_svg_is_well_formed_deterministic_and_free_of_dates() -> None:
    text = labelled("0.123456 <#0f69a6> & 'so'")
    assert text == labelled("0.123456 <#0f69a6> & 'so'")
    root = ElementTree.fromstring(text)
    assert root.attrib["aria-label"] == 'say "hello" & <more>'
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "0.123456 <#0f69a6> & 'so'" in words, "what is written stays as it is"
    assert "metadata" not in text
    assert "<style" not in text, "a style element inside would act on the whole page"


def test_svg_colours_are_variables_and_ids_are_used_and_prefixed() -> None:
    text = labelled("words")
    tags = " ".join(re.findall("<[^>]*>", text))
    assert not re.search("#[0-9a-f]{6}", tags)
    assert "var(--accent)" in tags
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(set(ids)) == len(ids)
    assert set(ids) == set(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    assert all(name.startswith("name-") for name in ids)


def test_pyplot_is_never_loaded() -> None:
    code = "import sys, viz.report, viz.behaviour, viz.topology; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
