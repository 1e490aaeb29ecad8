"""Painting towards a picture: fitness by hand, laws, pictures that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError
from scipy.fft import dctn

from neatcore.checks import check_task
from neatcore.interfaces import Floats, Frames
from substrates.dct import DctConfig, dct
from tasks.patterns import Pattern
from tasks.registry import find_task
from tests.tasks.policies import Linear, Still, Sums

RNG = np.random.default_rng


def picture(folder: Path, pixels: object, mode: str = "L", name: str = "target.png") -> str:
    path = folder / name
    Image.fromarray(np.array(pixels, np.uint8), mode if mode == "LA" else None).save(path)
    return str(path)


def test_fitness_by_hand(tmp_path: Path) -> None:
    task = Pattern(target=picture(tmp_path, [[0, 255], [255, 255]]), resolution=2)
    evaluation = task.evaluate(Still(np.array([[1.0], [-1.0], [0.0], [0.5]])), RNG(0))
    assert evaluation.fitness == pytest.approx([0.75, 0.75, 0.25, 0.75])
    assert evaluation.solved is not None
    assert not evaluation.solved.any()


def test_colour_by_hand(tmp_path: Path) -> None:
    red = picture(tmp_path, [[[255, 0, 0]] * 2] * 2)
    task = Pattern(target=red, resolution=2, colour=True, goal=1.0)
    evaluation = task.evaluate(Still(np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [1 / 3, 1.0, 1.0]])), RNG(0))
    assert evaluation.fitness == pytest.approx([1.0, 1 / 3, 1 / 3])
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [True, False, False]
    assert task.names == (("x", "y", "d"), ("hue", "saturation", "brightness"))


def test_a_network_sees_where_a_pixel_is(tmp_path: Path) -> None:
    """The target is |x| in the middle of each of four columns; the networks answer x and y, cut at 0."""
    columns = np.array([0.75, 0.25, 0.25, 0.75]) * 255
    task = Pattern(target=picture(tmp_path, np.tile(np.round(columns), (4, 1))), resolution=4)
    weights = np.array([[[1.0, 0.0, 0.0, -0.5]], [[0.0, 1.0, 0.0, -0.5]]])
    fitness = task.evaluate(Linear(weights), RNG(0)).fitness
    assert fitness == pytest.approx([1 - (0.75**2 + 0.25**2) / 4, 1 - 0.21875], abs=2e-3)


def test_pictures_are_averaged_down_and_keep_their_shape(tmp_path: Path) -> None:
    striped = np.tile([0, 100], (30, 40))  # 80 wide, 30 high
    task = Pattern(target=picture(tmp_path, striped), resolution=15)
    assert task.picture.shape == (15, 40)
    assert (task.picture == 50).all()


def test_transparent_is_white(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(path)
    assert (Pattern(target=str(path), resolution=4).picture == 255).all()


@pytest.mark.parametrize("colour", [False, True])
def test_it_keeps_the_laws_of_a_task(colour: bool, tmp_path: Path) -> None:
    noise = RNG(3).integers(256, size=(20, 28, 3))
    check_task(Pattern(target=picture(tmp_path, noise), resolution=10, colour=colour))


def test_what_is_shown_is_the_target_and_the_pattern_coarse_to_fine(tmp_path: Path) -> None:
    task = Pattern(target=picture(tmp_path, [[0] * 4] * 2), resolution=2)
    shown = task.show(Linear(np.array([[[1.0, 0.0, 0.0, 0.0]]])), RNG(0))
    assert isinstance(shown, Frames)
    assert shown.images.shape == (6, 256, 512, 3)
    assert (shown.images[0] == 0).all()
    assert [len(np.unique(image[0, :, 0])) for image in shown.images[1:3]] == [6, 10]  # of 16 and 32 columns


def test_a_picture_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = picture(tmp_path, [[0, 255]] * 2)
    monkeypatch.chdir(tmp_path)
    kind = find_task("pattern:./target.png")
    assert kind.reference == f"pattern:{path}"
    assert kind.make(resolution=2) == Pattern(target=path, resolution=2) == find_task(kind.reference).make(resolution=2)
    assert Pattern(target="target.png").target == path


def test_pictures_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"there is no picture '.*nowhere.png'"):
        Pattern(target=str(tmp_path / "nowhere.png"))
    text = tmp_path / "text.png"
    text.write_text("no picture")
    with pytest.raises(ValidationError, match=r"text.png is no picture that can be read \(UnidentifiedImageError\)"):
        Pattern(target=str(text))
    whole = Path(picture(tmp_path, RNG(0).integers(256, size=(64, 64))))
    whole.write_bytes(whole.read_bytes()[:900])
    with pytest.raises(ValidationError, match="is no picture that can be read"):
        Pattern(target=str(whole))
    with pytest.raises(ValidationError, match=r"at resolution 32 81,920 pixels would be compared; the most is 65,536"):
        Pattern(target=picture(tmp_path, [[0] * 80], name="long.png"))


def test_a_picture_of_too_many_pixels_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(ValidationError, match="has too many pixels for a target"):
        Pattern(target=picture(tmp_path, [[0] * 8] * 8))


def sheets(answers: Floats) -> Sums:
    """Networks that answer all pixels at once: answers (P, N), times the one number that they read."""
    return Sums(answers[:, :, None])


def test_a_whole_picture_is_painted_pixel_by_pixel_row_by_row(tmp_path: Path) -> None:
    task = Pattern(target=picture(tmp_path, [[0, 51, 255], [102, 153, 204]]), resolution=2, asked="whole")
    exact = np.array([0.0, 0.2, 1.0, 0.4, 0.6, 0.8])
    evaluation = task.evaluate(sheets(np.array([exact, 0 * exact, exact - 0.1 * (exact > 0)])), RNG(0))
    assert evaluation.fitness == pytest.approx([1.0, 1 - (exact**2).mean(), 1 - 0.01 * 5 / 6])
    assert evaluation.behaviour is not None
    assert evaluation.behaviour[0] == pytest.approx(exact)
    assert (task.inputs, task.outputs, task.names[1][4]) == (1, 6, "1, 1")
    near, far = task.places
    assert near.tolist() == [[0, 0]]
    assert far.tolist() == [[-1, -0.5], [0, -0.5], [1, -0.5], [-1, 0.5], [0, 0.5], [1, 0.5]]
    shown = task.show(sheets(exact[None]), RNG(0))
    assert np.array_equal(shown.images[0], shown.images[1])
    check_task(task, sheets(RNG(1).random((5, 6))))


def test_whole_pictures_have_no_colour(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="asked=whole paints brightness alone: leave colour=true out"):
        Pattern(target=picture(tmp_path, np.zeros((4, 4))), asked="whole", colour=True)


def test_points_stand_in_rows(tmp_path: Path) -> None:
    for colour, outputs in ((False, [[0, 1]]), (True, [[-1, 1], [0, 1], [1, 1]])):
        near, far = Pattern(target=picture(tmp_path, np.zeros((4, 4))), colour=colour).places
        assert near.tolist() == [[-1, -1], [0, -1], [1, -1]]
        assert far.tolist() == outputs


def test_coefficients_draw_the_picture_that_they_are_the_transform_of(tmp_path: Path) -> None:
    """By the transform itself: all of them are the picture, and without some it misses their squares (Parseval)."""
    pixels = np.rint(255 * (0.5 + 0.4 * np.cos(np.arange(12)[:, None] / 3) * np.sin(np.arange(16) / 4)))
    task = Pattern(target=picture(tmp_path, pixels), resolution=12, asked="whole")
    config = {"matrices": "pair", "transform": "sheets", "biases": False, "readout": "linear"}
    spectrum = dctn(pixels / 255, norm="ortho")
    for count in (192, 20):
        encoding, model = dct(DctConfig(coefficients=count, **config), 1, 192, task.places)  # type: ignore[arg-type]
        rows, columns, _ = encoding.places[0].T  # pixels, and the one neuron
        kept = spectrum[rows, columns]
        found = task.evaluate(model.bind(encoding.decode([kept])), RNG(0)).fitness[0]
        assert found == pytest.approx(1 - ((spectrum**2).sum() - (kept**2).sum()) / 192, abs=1e-6)
        assert (found > 1 - 1e-9) == (count == 192)
