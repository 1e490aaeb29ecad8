"""Control tasks as drawn scenes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neatcore.interfaces import Floats, Scene, Shape

TRACK = 2.4  # m, either way
LENGTHS = (1.0, 0.1)  # m, from hinge to tip
COLOURS = ("accent", "second")
STRIDE = 2  # steps of 0.02 s between two frames, so 25 frames a second in real time
BODY = 0.14  # m above the track: the middle of the cart, drawn as a thick line
HINGE = 0.2  # m above the track: its top
APART = 0.2  # m between the hinges of two poles; to the physics they are one point
WHEEL = 0.05


def cart_scene(x: Floats, angles: Floats, lengths: Sequence[float] = LENGTHS) -> Scene:
    """A cart at x (T,) with K poles at `angles` (T, K), one state every 0.02 s, seen from the side."""
    x, angles, lasted = x[::STRIDE], angles[::STRIDE], 0.02 * (len(x) - 1)
    shapes = [
        Shape("line", np.array([[[-TRACK, 0.0], [TRACK, 0.0]]]), 0.02, "faint"),
        *(Shape("line", np.array([[[end, 0.0], [end, 0.12]]]), 0.04, "faint") for end in (-TRACK, TRACK)),
        Shape("disc", np.concatenate([_points(x - 0.14, WHEEL), _points(x + 0.14, WHEEL)], axis=1), WHEEL, "ink"),
        Shape("line", np.concatenate([_points(x - 0.22, BODY), _points(x + 0.22, BODY)], axis=1), 0.12, "ink"),
    ]
    for k in range(angles.shape[1]):
        hinge = _points(x + APART * (k - (angles.shape[1] - 1) / 2), HINGE)
        tip = hinge + lengths[k] * np.stack([np.sin(angles[:, [k]]), np.cos(angles[:, [k]])], axis=-1)
        shapes += [Shape("line", np.concatenate([hinge, tip], axis=1), 0.06, COLOURS[k]), Shape("disc", hinge, 0.03, "faint")]
    return Scene(
        shapes, (-TRACK - 0.3, TRACK + 0.3), (-0.15, max(1.35, lengths[0] + 0.35)), 25.0, f"the first {lasted:.1f} s at work"
    )


def _points(x: Floats, y: float) -> Floats:
    """Points (T, 1, 2) at the height `y`."""
    return np.stack([x, np.full_like(x, y)], axis=-1)[:, None]
