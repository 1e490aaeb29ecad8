"""The weights of a fixed network as heat maps, one beside the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap

from neatcore.errors import require
from neatcore.interfaces import Floats
from viz.style import Theme, theme_of

FOLD = 32  # a flat vector is folded into rows of this length


def draw_vector(weights: Floats | Sequence[Floats], ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """Weights from strongly negative (orange) to strongly positive (blue): a matrix each layer, or a flat vector in rows."""
    tone = theme_of(theme)
    layers = _matrices(weights)
    largest = max(float(np.nanmax(np.abs(layer))) for layer in layers) or 1.0
    norm = BoundaryNorm(np.linspace(-largest, largest, len(tone.weights) + 1), len(tone.weights))
    left, highest = 0.0, max(len(layer) for layer in layers)
    for layer in layers:
        rows, columns = layer.shape
        edges = left + np.arange(columns + 1), (highest - rows) / 2 + np.arange(rows + 1)
        ax.pcolormesh(*edges, layer, cmap=ListedColormap(tone.weights), norm=norm, edgecolors=tone.paper, linewidth=0.8)
        ax.text(
            left + columns / 2,
            (highest + rows) / 2 + 0.3,
            f"{rows} × {columns}",
            color=tone.muted,
            fontsize=10,
            ha="center",
            va="top",
        )
        left += columns + 1.5
    ax.set(xlim=(0, left - 1.5), ylim=(highest + 1.5, 0), aspect="equal", anchor="W", facecolor=tone.paper)
    ax.set_axis_off()
    return ax


def _matrices(weights: Floats | Sequence[Floats]) -> list[Floats]:
    """The layers as matrices; a flat vector folded, its last row filled with NaN."""
    if isinstance(weights, np.ndarray) and weights.ndim == 1:
        width = min(FOLD, max(weights.size, 1))
        filled = np.full(-(-weights.size // width) * width, np.nan)
        filled[: weights.size] = weights
        weights = [filled.reshape(-1, width)]
    layers = [np.atleast_2d(np.asarray(layer, np.float64)) for layer in weights]
    fits = len(layers) > 0 and all(layer.ndim == 2 and layer.size > 0 for layer in layers)
    require(fits, f"weights of shapes {[layer.shape for layer in layers]}, where a matrix each layer is needed")
    return layers
