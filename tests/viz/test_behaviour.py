"""Answers, episodes as pictures, and the files they are saved in."""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex
from PIL import Image

from neatcore.errors import InputError
from neatcore.interfaces import Answers, Scene, Shape
from tests.viz.data import frames, scene, xor
from viz import behaviour
from viz.answers import answers_figure
from viz.behaviour import animate, draw_answers, draw_scene_frame, encode, film_strip, save_animation
from viz.style import DARK, LIGHT, figure
from viz.vector import draw_vector


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def test_a_scene_is_painted_where_its_shapes_are() -> None:
    movie = animate(scene(), width=400)
    assert len(movie.images) == 20
    assert movie.rate == 10
    assert {image.size for image in movie.images} == {(400, 200)}
    first, last = movie.images[0], movie.images[-1]
    assert first.getpixel((100, 100)) == rgb(LIGHT.accent), "x = -1, y = 0.5 is a quarter across and half down"
    assert last.getpixel((300, 100)) == rgb(LIGHT.accent)
    assert last.getpixel((100, 100)) == rgb(LIGHT.paper)
    assert last.getpixel((200, 150)) == rgb(LIGHT.faint), "the ground is at y = 0"


def test_themes_change_the_colours_and_nothing_else() -> None:
    light, dark = (np.asarray(animate(scene(), theme=theme).images[3]) for theme in ("light", "dark"))
    assert np.array_equal(np.all(light == rgb(LIGHT.paper), axis=2), np.all(dark == rgb(DARK.paper), axis=2))


def test_edges_are_smooth() -> None:
    picture = np.asarray(animate(scene(), width=200).images[0]).reshape(-1, 3)
    assert len(np.unique(picture, axis=0)) > 8


def test_what_moves_may_lie_behind_what_stands_still() -> None:
    shapes = list(reversed(scene().shapes))
    covering = Shape("line", np.array([[[-2.0, 0.5], [2.0, 0.5]]]), 0.6, "ink")
    for image in animate(replace(scene(), shapes=[*shapes, covering]), width=200).images:
        assert image.getpixel((100, 50)) == rgb(LIGHT.ink)


def test_long_and_fast_episodes_are_thinned_at_the_same_speed() -> None:
    movie = animate(scene(2000, 100.0), width=60)
    assert len(movie.images) <= behaviour.MOST_FRAMES
    assert len(movie.images) / movie.rate == pytest.approx(20.0, rel=0.02)
    assert animate(scene(100, 60.0), width=60).rate == 30


def test_frames_keep_their_shape_and_are_not_enlarged() -> None:
    assert {image.size for image in animate(frames(), width=560).images} == {(60, 40)}
    assert {image.size for image in animate(frames(), width=30).images} == {(30, 20)}


def test_answers_are_one_picture() -> None:
    assert len(animate(xor()).images) == 1


def test_answers_beyond_0_and_1_are_drawn_where_they_are() -> None:
    numbers = np.array([[-10.0], [0.0], [5.0]])
    ax = answers_figure(Answers(numbers * 2, numbers, numbers / 2, None, "")).axes[0]
    heights = {found.get_label(): np.asarray(found.get_offsets())[:, 1] * 15 - 10 for found in ax.collections}
    assert heights["target"] == pytest.approx([-10, 0, 5])
    assert heights["output"] == pytest.approx([-5, 0, 2.5])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["-10", "5"]
    (squares,) = [found for found in ax.collections if isinstance(found, QuadMesh)]
    assert np.ravel(squares.get_array()).tolist() == pytest.approx([0, 2 / 3, 1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "blob"}, "unknown kind of shape 0 'blob'; choose from: disc, line"),
        ({"colour": "acent"}, "unknown colour of shape 0 'acent'; did you mean 'accent'"),
        ({"points": np.zeros((3, 1, 2))}, r"shape 0: points \(3, 1, 2\), where \(20, K, 2\) or \(1, K, 2\)"),
        ({"points": np.zeros((20, 2))}, r"shape 0: points \(20, 2\)"),
    ],
)
def test_a_wrong_shape_is_named(change: dict[str, Any], message: str) -> None:
    first, second = scene().shapes
    with pytest.raises(InputError, match=message):
        animate(replace(scene(), shapes=[replace(first, **change), second]))


@pytest.mark.parametrize("change", [{"x": (1.0, 1.0)}, {"rate": 0.0}])
def test_a_scene_without_extent_or_pace(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"without extent|at 0\.0 frames a second"):
        animate(replace(scene(), **change))


def test_frames_of_a_wrong_shape() -> None:
    with pytest.raises(InputError, match=r"frames of shape \(0, 4, 4, 3\)"):
        animate(replace(frames(), images=np.zeros((0, 4, 4, 3), np.uint8)))


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
@pytest.mark.parametrize("shown", [scene(), frames()])
def test_animations_hold_every_frame_at_its_pace(suffix: str, shown: Any) -> None:
    data = encode(shown, suffix, width=120)
    assert data == encode(shown, suffix, width=120)
    with Image.open(io.BytesIO(data)) as picture:
        assert getattr(picture, "n_frames", 1) == len(animate(shown, width=120).images)
        assert picture.size == animate(shown, width=120).images[0].size
        assert picture.info["loop"] == 0
        picture.seek(1)
        picture.load()
        assert picture.info["duration"] == 100


def test_a_drawn_episode_of_ten_seconds_is_a_small_file() -> None:
    assert len(encode(scene(250, 25.0), ".webp")) < 300_000


@pytest.mark.parametrize("suffix", [".webp", ".gif", ".png"])
def test_files_are_what_their_suffix_says(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"episode{suffix}"
    save_animation(path, scene(), width=120)
    with Image.open(path) as picture:
        assert picture.format == suffix[1:].upper()


def test_an_unknown_suffix_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'.webm'; did you mean '.webp'"):
        save_animation(tmp_path / "episode.webm", scene())
    assert not list(tmp_path.iterdir())


def test_a_video_is_written_without_a_warning(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save_animation(tmp_path / "episode.mp4", scene(), width=120)
    assert (tmp_path / "episode.mp4").read_bytes()[4:8] == b"ftyp"


def test_video_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(behaviour, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r'pip install "neatcore\[video\]"'):
        save_animation(tmp_path / "episode.mp4", scene())


def test_a_film_strip_shows_moments_side_by_side() -> None:
    ax = film_strip(scene(21, 10.0), figure("light", 720, 120).add_subplot())
    assert [text.get_text() for text in ax.texts] == ["0.0 s", "0.4 s", "0.8 s", "1.2 s", "1.6 s", "2.0 s"]
    edges = [image.get_extent() for image in ax.images]
    assert all(right[0] - left[1] == pytest.approx(8) for left, right in pairwise(edges))
    assert edges[-1][1] == pytest.approx(720)


@pytest.mark.parametrize(("shown", "rows"), [(replace(scene(), x=(-4.0, 4.0)), 2), (scene(), 1), (frames(), 1)])
def test_moments_in_a_file_stand_in_rows(shown: Any, rows: int) -> None:
    with Image.open(io.BytesIO(encode(shown, ".png", width=180))) as strip:
        columns = 6 // rows
        each = strip.width / columns
        high = shown.images.shape[1] / shown.images.shape[2] if hasattr(shown, "images") else 2 / (shown.x[1] - shown.x[0])
        assert 300 < strip.width <= 360
        assert strip.height == pytest.approx(rows * each * high, rel=0.15)


def test_a_short_film_strip_repeats_nothing() -> None:
    assert len(film_strip(frames(3), figure("light", 720, 120).add_subplot()).images) == 3


def test_a_scene_frame_lies_in_the_scene_s_coordinates() -> None:
    ax = draw_scene_frame(scene(), 4, figure("light", 300, 150).add_subplot())
    assert tuple(ax.images[0].get_extent()) == (-2, 2, -0.5, 1.5)
    with pytest.raises(InputError, match="frame 20 of a scene of 20 frames"):
        draw_scene_frame(scene(), 20, ax)


def test_an_empty_scene_is_one_empty_picture() -> None:
    (picture,) = animate(Scene([], (0, 1), (0, 1), 10.0), width=20).images
    assert picture.getcolors() == [(400, rgb(LIGHT.paper))]


def test_a_surface_shows_the_patterns_and_the_answers() -> None:
    ax = answers_figure(xor()).axes[0]
    assert {text.get_text() for text in ax.texts} == {"0.10", "0.90", "second input"}
    points = [found for found in ax.collections if len(found.get_offsets()) == 1 and found.get_zorder() == 4]
    colours = {tuple(np.asarray(p.get_offsets())[0]): to_hex(p.get_facecolor()[0]) for p in points}
    low, high = LIGHT.weights[0], LIGHT.weights[-1]
    assert colours == {(0, 0): low, (0, 1): high, (1, 0): high, (1, 1): low}


def test_a_constant_surface_has_no_boundary() -> None:
    answers = replace(xor(), surface=np.full((9, 9), 0.3))
    drawing = answers_figure(answers)
    assert not any(to_hex(c) == LIGHT.ink for found in drawing.axes[0].collections for c in found.get_edgecolor())


def test_patterns_show_target_and_output_and_whether_it_is_right() -> None:
    answers = replace(xor(surface=False), outputs=np.array([[0.1], [0.9], [0.8], [0.7]]))
    ax = draw_answers(answers, figure("light", 400, 200).add_subplot())
    dots = next(found for found in ax.collections if found.get_label() == "output")
    rings = next(found for found in ax.collections if found.get_label() == "target")
    assert np.asarray(dots.get_offsets())[:, 1] == pytest.approx([0.1, 0.9, 0.8, 0.7])
    assert np.asarray(rings.get_offsets())[:, 1] == pytest.approx([0, 1, 1, 0])
    assert [to_hex(c) for c in dots.get_facecolor()] == [LIGHT.good] * 3 + [LIGHT.bad]


def test_answers_that_do_not_fit_together() -> None:
    with pytest.raises(InputError, match=r"do not fit together.*'outputs': \(3, 1\)"):
        draw_answers(replace(xor(), outputs=np.zeros((3, 1))), figure("light", 400, 200).add_subplot())


def test_a_vector_is_drawn_layer_by_layer() -> None:
    layers = [np.array([[1.0, -1.0], [0.1, -0.1]]), np.array([[0.5, 0.5, -0.5]])]
    ax = draw_vector(layers, figure("light", 400, 200).add_subplot())
    first, second = ax.collections
    assert [text.get_text() for text in ax.texts] == ["2 × 2", "1 × 3"]
    assert np.asarray(first.get_array()).tolist() == layers[0].tolist()
    colours = [to_hex(first.cmap(first.norm(value))) for value in (-1.0, -0.1, 0.1, 1.0)]
    assert colours == [LIGHT.weights[k] for k in (0, 3, 4, 7)]
    assert second.norm(0.5) == first.norm(0.5), "layers share a scale"


def test_a_flat_vector_is_folded() -> None:
    ax = draw_vector(np.arange(40.0), figure("light", 400, 200).add_subplot())
    shown = np.ma.filled(np.ma.asarray(ax.collections[0].get_array()), np.nan)
    assert shown.shape == (2, 32)
    assert np.count_nonzero(np.isfinite(shown)) == 40


@pytest.mark.parametrize("weights", [[], [np.zeros((2, 0))], [np.zeros((2, 2, 2))]])
def test_weights_that_are_no_matrices(weights: Any) -> None:
    with pytest.raises(InputError, match="a matrix each layer is needed"):
        draw_vector(weights, figure("light", 400, 200).add_subplot())
