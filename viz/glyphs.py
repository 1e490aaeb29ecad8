"""The nodes of a drawn network: a dot for an input, a square for the bias, a ring around its activation's curve for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from neatcore.activations import BUILT_IN, NAMES
from neatcore.genome import BIAS, INPUT, OUTPUT
from neatcore.interfaces import Floats
from viz.style import Theme

READABLE = 6.5  # pixels of radius below which no curve is drawn
CURVES: Mapping[str, Callable[[Floats], Floats]] = {  # of activations, drawn over [-2, 2]
    "linear": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + np.exp(-4.9 * x)),
    "logistic": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "gaussian": lambda x: np.exp(-x * x),
    "sine": lambda x: np.sin(x * np.pi / 2),
    "absolute": np.abs,
    "step": lambda x: np.where(x > 0, 1.0, 0.0),
    "cosine": lambda x: np.cos(x * np.pi / 2),
    "square": lambda x: x * x,
    "ramp": lambda x: np.clip(1.5 * x, -1, 1),
    "signed_sigmoid": lambda x: np.tanh(x / 2),
    "steep_signed_sigmoid": lambda x: np.tanh(2.45 * x),
    "signed_gaussian": lambda x: 2 * np.exp(-x * x) - 1,
}


@dataclass(frozen=True)
class Pen:
    """Draws nodes of `radius` pixels on `ax`, whose unit is the pixel."""

    ax: Axes
    tone: Theme
    radius: float

    def node(self, x: float, y: float, kind: int, activation: int, gid: str = "") -> None:
        """One node in the way of its kind."""
        if kind == INPUT:
            self._patch(Circle((x, y), 0.55 * self.radius, facecolor=self.tone.ink, edgecolor=self.tone.paper), gid)
        elif kind == BIAS:
            side = 1.05 * self.radius
            self._patch(
                Rectangle((x - side / 2, y - side / 2), side, side, facecolor=self.tone.muted, edgecolor=self.tone.paper), gid
            )
        else:
            edge, width = (self.tone.accent, 2.0) if kind == OUTPUT else (self.tone.ink, 1.1)
            small = min(1.0, self.radius / 10)
            self._patch(Circle((x, y), self.radius, facecolor=self.tone.paper, edgecolor=edge, linewidth=width * small), gid)
            if self.radius >= READABLE:
                self.curve(x, y, activation)

    def curve(self, x: float, y: float, activation: int) -> None:
        """The activation's curve in a box inside the ring, over a faint line at 0, which tells 0 to 1 from -1 to 1."""
        across = np.linspace(-2, 2, 41)
        up = CURVES[NAMES[activation]](across) if activation < BUILT_IN else _own(activation, across)
        low, span, half = up.min(), np.ptp(up) or 1.0, 0.58 * self.radius
        up, zero = (up - low) / span - 0.5, float(np.clip(-low / span, 0, 1)) - 0.5
        level = y + zero * 1.5 * half
        self.ax.plot([x - half, x + half], [level, level], color=self.tone.muted, linewidth=0.6, alpha=0.7, zorder=6)
        self.ax.plot(
            x + across / 2 * half, y + up * 1.5 * half, color=self.tone.ink, linewidth=1.1, solid_capstyle="round", zorder=6
        )

    def _patch(self, patch: Circle | Rectangle, gid: str) -> None:
        patch.set_gid(gid)
        patch.set_zorder(5)
        self.ax.add_patch(patch)


def _own(activation: int, across: Floats) -> Floats:
    """A user's activation, as networks compute it."""
    from neatcore.compiled import own_rows
    from neatcore.nets.kernels import activate_own

    row = across[None].copy()
    activate_own(activation - BUILT_IN, own_rows(), row, 0, len(across))
    curve: Floats = row[0]
    return curve
