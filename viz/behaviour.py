"""A network at work: what it answers, an episode as an animation, or as moments side by side."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from PIL import Image

from neatcore.errors import InputError, require, unknown
from neatcore.interfaces import Answers, Curve, Frames, Scene, Shown
from viz.answers import answers_figure, check_answers, draw_answers
from viz.curves import curve_figure
from viz.raster import duration, paint
from viz.style import Theme, extent, theme_of
from viz.svg import png

__all__ = ["Animation", "animate", "checked", "draw_answers", "draw_scene_frame", "encode", "film_strip", "save_animation"]

SUFFIXES = (".webp", ".gif", ".png", ".mp4")
MOST_FRAMES = 300
FASTEST = 30.0  # frames a second
MOMENTS = 6


@dataclass(frozen=True)
class Animation:
    """Pictures of one size, shown at `rate` a second."""

    images: Sequence[Image.Image]
    rate: float


def checked(shown: object) -> Shown:
    """What a task shows, fit to be drawn; InputError says what is wrong with it. Pictures in numbers from 0 to 1 become bytes."""
    if isinstance(shown, Answers):
        check_answers(shown)
    elif isinstance(shown, Scene | Frames):
        require(shown.rate > 0, f"an episode at {shown.rate} frames a second")
        _length(shown)
    require(isinstance(shown, Shown), f"a {type(shown).__name__}, where Frames, a Scene, Answers or a Curve is needed")
    return _in_bytes(shown) if isinstance(shown, Frames) else cast("Shown", shown)


def _in_bytes(frames: Frames) -> Frames:
    images = np.asarray(frames.images)
    if images.dtype == np.uint8:
        return frames
    low, high = float(images.min()), float(images.max())
    fine = images.dtype.kind == "f" and low >= 0 and high <= 1
    require(fine, f"frames of {images.dtype} from {low:g} to {high:g}, where uint8, or floats from 0 to 1, are needed")
    return replace(frames, images=np.round(255 * images).astype(np.uint8))


def animate(shown: Shown, *, theme: str | Theme = "light", width: int = 560) -> Animation:
    """An episode as pictures, at most 30 a second and 300 in all; answers and curves are one picture."""
    tone = theme_of(theme)
    if isinstance(shown, Answers | Curve):
        drawing = answers_figure(shown, theme=tone) if isinstance(shown, Answers) else curve_figure(shown, theme=tone)
        return Animation([Image.open(io.BytesIO(png(drawing))).convert("RGB")], 1.0)
    require(shown.rate > 0, f"an episode at {shown.rate} frames a second")
    total = _length(shown)
    stride = max(1, round(shown.rate / FASTEST), -(-total // MOST_FRAMES))
    return Animation(_pictures(shown, tone, width, range(0, total, stride)), shown.rate / stride)


def encode(shown: Shown, suffix: str, *, theme: str | Theme = "light", width: int = 560, quality: int = 70) -> bytes:
    """The bytes of a .webp, .gif or .mp4 animation, or of a .png with a few moments side by side.

    quality: of frames as .webp, up to 100; smooth ones show blocks below 90.
    """
    if suffix not in SUFFIXES:
        raise unknown("kind of picture file", suffix, SUFFIXES)
    if suffix == ".png":
        return _still(_strip(shown, theme_of(theme), 2 * width))
    movie = animate(shown, theme=theme, width=width)
    if suffix == ".mp4":
        return _mp4(movie)
    # flat drawings are smaller without loss, photographs with it
    look = {"lossless": not isinstance(shown, Frames), "quality": quality, "method": 3} if suffix == ".webp" else {"optimize": True}
    buffer = io.BytesIO()
    first, *rest = movie.images
    first.save(buffer, suffix[1:], save_all=True, append_images=rest, duration=max(20, round(1000 / movie.rate)), loop=0, **look)
    return buffer.getvalue()


def save_animation(path: Path | str, shown: Shown, *, theme: str | Theme = "light", width: int = 560) -> None:
    """Write an episode to a file; its suffix says how: .webp, .gif, .mp4, or .png for moments side by side."""
    path = Path(path)
    path.write_bytes(encode(shown, path.suffix.lower(), theme=theme, width=width))


def draw_scene_frame(scene: Scene, time: int, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """One frame of a scene, in the scene's coordinates."""
    total = duration(scene)
    require(0 <= time < total, f"frame {time} of a scene of {total} frames")
    picture = next(paint(scene, theme_of(theme), max(2, round(2 * extent(ax)[0])), [time]))
    ax.imshow(np.asarray(picture), extent=(*scene.x, *scene.y), interpolation="antialiased")
    ax.set_axis_off()
    return ax


def film_strip(shown: Scene | Frames, ax: Axes, *, theme: str | Theme = "light", moments: int = MOMENTS) -> Axes:
    """A few moments of an episode side by side, the time under each."""
    tone = theme_of(theme)
    times = _moments(shown, moments)
    width, _ = extent(ax)
    each = (width - 8 * (len(times) - 1)) / len(times)
    for place, picture in enumerate(_pictures(shown, tone, round(2 * each), times)):
        left, height = place * (each + 8), each * picture.height / picture.width
        ax.imshow(np.asarray(picture), extent=(left, left + each, -height, 0), interpolation="antialiased")
        ax.text(left, -height - 4, f"{times[place] / shown.rate:.1f} s", color=tone.muted, fontsize=10, va="top")
    ax.set(xlim=(0, width), ylim=(-height - 18, 0), aspect="equal", anchor="N")
    ax.set_axis_off()
    return ax


def _length(shown: Scene | Frames) -> int:
    if isinstance(shown, Scene):
        return duration(shown)
    shape = np.shape(shown.images)
    require(len(shape) == 4 and shape[3] == 3 and shape[0] > 0, f"frames of shape {shape}, where (T, H, W, 3) is needed")
    return int(shape[0])


def _pictures(shown: Scene | Frames, tone: Theme, width: int, times: Sequence[int]) -> list[Image.Image]:
    """The frames at those times, `width` pixels wide; given pictures are not enlarged."""
    if isinstance(shown, Scene):
        return list(paint(shown, tone, width, times))
    _, high, wide, _ = shown.images.shape
    width = min(width, wide)
    size = max(2, width - width % 2), max(2, 2 * round(high * width / wide / 2))
    return [Image.fromarray(shown.images[time]).resize(size, Image.Resampling.LANCZOS) for time in times]


def _moments(shown: Scene | Frames, count: int) -> list[int]:
    """Evenly spread frames, the first and the last among them."""
    total = _length(shown)
    return sorted({round(place) for place in np.linspace(0, total - 1, min(count, total)).tolist()})


def _aspect(shown: Scene | Frames) -> float:
    """Width over height."""
    if isinstance(shown, Scene):
        return (shown.x[1] - shown.x[0]) / (shown.y[1] - shown.y[0])
    return float(shown.images.shape[2] / shown.images.shape[1])


def _strip(shown: Shown, tone: Theme, width: int) -> Image.Image:
    """Moments side by side as one picture on paper; wide ones in two rows."""
    if isinstance(shown, Answers | Curve):
        return animate(shown, theme=tone).images[0]
    times = _moments(shown, MOMENTS)
    gap = width // 90
    columns = min(len(times), MOMENTS // 2 if _aspect(shown) > 2 else MOMENTS)
    pictures = _pictures(shown, tone, width // columns - gap, times)
    wide, high = pictures[0].width + gap, pictures[0].height + gap
    rows = -(-len(pictures) // columns)
    strip = Image.new("RGB", (columns * wide - gap, rows * high - gap), tone.paper)
    for place, picture in enumerate(pictures):
        strip.paste(picture, (place % columns * wide, place // columns * high))
    return strip


def _still(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def _mp4(movie: Animation) -> bytes:
    if find_spec("imageio") is None or find_spec("imageio_ffmpeg") is None:
        raise InputError('.mp4 needs imageio with ffmpeg: pip install "neatcore[video]"; .webp needs nothing')
    from imageio.v3 import imwrite

    stack = np.stack([np.asarray(picture) for picture in movie.images])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"os\.fork\(\) was called", RuntimeWarning)  # ffmpeg runs at once
        return bytes(imwrite("<bytes>", stack, extension=".mp4", fps=movie.rate, macro_block_size=2))
