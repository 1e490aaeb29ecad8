"""From a layout to pixels: where nodes stand on the page, and the curves of the links between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.path import Path

from neatcore.interfaces import Floats
from viz.layout import Layout, Place
from viz.style import LETTER

LARGEST_NODE = 14.0  # pixels of radius
SMALLEST_NODE = 2.5
WIDEST_UNIT = 78.0  # pixels between neighbours of a layer
ARC_ROOM = 30.0  # pixels beside a network for the arcs of its recurrent links


@dataclass(frozen=True)
class Drawing:
    """A layout on a page.

    upwards: layers follow each other from the bottom to the top instead of from left to right. origin: the pixel of layer 0,
    height 0. step, unit: pixels of a layer and of a height. box: left, right, bottom and top of the room for arcs.
    """

    layout: Layout
    upwards: bool
    origin: Place
    step: float
    unit: float
    box: tuple[float, float, float, float]

    @property
    def radius(self) -> float:
        """Pixels of a node's ring."""
        return min(LARGEST_NODE, max(SMALLEST_NODE, min(0.36 * self.unit, 0.24 * self.step)))

    def at(self, place: Place) -> Place:
        """The pixel of (layer, height)."""
        along, across = place[0] * self.step, place[1] * self.unit
        x, y = (-across, along) if self.upwards else (along, across)
        return self.origin[0] + x, self.origin[1] + y

    def node(self, node: int) -> Place:
        """The pixel of a node."""
        return self.at(self.layout.places[node])

    def link(self, innovation: int, source: int, target: int) -> Path:
        """The course of a link: forwards a curve through its bends, otherwise an arc."""
        if innovation not in self.layout.bends:
            return self.arc(source, target)
        places = self.layout.places
        return self.run([self.at(p) for p in (places[source], *self.layout.bends[innovation], places[target])])

    def run(self, points: Sequence[Place]) -> Path:
        """A smooth curve through the points (Catmull & Rom 1974), along the layers at both ends."""
        p = np.array(points)
        slopes = np.gradient(p, axis=0)
        slopes[[0, -1]] = np.array([0.0, 1.5] if self.upwards else [1.5, 0.0]) * np.abs(p[[1, -1]] - p[[0, -2]])
        vertices = [p[0]]
        for place in range(len(p) - 1):
            vertices += [p[place] + slopes[place] / 3, p[place + 1] - slopes[place + 1] / 3, p[place + 1]]
        return Path(np.array(vertices), [Path.MOVETO] + [Path.CURVE4] * (len(vertices) - 1))

    def arc(self, source: int, target: int) -> Path:
        """An arc from node to node on the outer side of the network, or a loop at one node; it ends at the rings."""
        start, end, r = np.array(self.node(source)), np.array(self.node(target)), self.radius
        out = self._outward(source, target)
        if source == target:
            aside = np.array([out[1], -out[0]])
            left, right = start + r * (0.87 * out - 0.5 * aside), start + r * (0.87 * out + 0.5 * aside)
            return _cubic(right, right + r * (2.2 * out + 1.5 * aside), left + r * (2.2 * out - 1.5 * aside), left)
        bulge = 0.32 * float(np.hypot(*(end - start))) + 1.6 * r
        bulge = min(bulge, self._room(start, end, out) / 0.75)  # a cubic reaches three quarters of the way to its controls
        return _cubic(start + r * out, start + bulge * out, end + bulge * out, end + r * out)

    def _outward(self, source: int, target: int) -> Floats:
        """The direction in which an arc bulges: away from the middle; within a layer along the layers, into the network."""
        (from_layer, from_height), (to_layer, to_height) = self.layout.places[source], self.layout.places[target]
        if from_layer == to_layer and source != target:
            along = 1.0 if from_layer < self.layout.layers - 1 else -1.0
            return np.array([0.0, along] if self.upwards else [along, 0.0])
        side = 1.0 if (from_height + to_height) >= sum(self.layout.span) else -1.0
        return np.array([-side, 0.0] if self.upwards else [0.0, side])

    def _room(self, start: Floats, end: Floats, out: Floats) -> float:
        """Pixels between two nodes and the edge of the box, in the direction of an arc."""
        left, right, bottom, top = self.box
        edge = np.array([right if out[0] > 0 else left, top if out[1] > 0 else bottom])
        return float(min((edge - start) @ out, (edge - end) @ out)) - 4


def fit(layout: Layout, names: Mapping[int, str], width: float, height: float, floor: float, *, upwards: bool) -> Drawing:
    """Fit a layout with its names into a page of that size, above a `floor` that the key takes."""
    arcs = ARC_ROOM if layout.recurrent else 8.0
    widest = LETTER * max(map(len, names.values()))
    side, above = (arcs + 16, 34.0 if level(names, layout, width) else widest + 20) if upwards else (widest + 20, arcs)
    left, right, bottom, top = side, width - side, floor + above + 8, height - above - 8
    along, across = (top - bottom, right - left) if upwards else (right - left, top - bottom)
    low, high = layout.span
    unit = min(WIDEST_UNIT, across / max(high - low, 1))
    middle = (low + high) / 2 * unit
    origin = ((left + right) / 2 + middle, bottom) if upwards else (left, (bottom + top) / 2 - middle)
    return Drawing(layout, upwards, origin, along / (layout.layers - 1), unit, (0, width, floor, height))


def level(names: Mapping[int, str], layout: Layout, width: float) -> bool:
    """Whether the names of one layer fit side by side into the width of an upward drawing."""
    first = sum(layout.places[node][0] == 0 for node in names)
    return LETTER * max(map(len, names.values())) * max(first, len(names) - first) < width


def arrow_head(path: Path, size: float) -> Floats:
    """The corners of an arrow head at the end of a path."""
    control, end = np.asarray(path.vertices)[-2:]
    back = (control - end) / max(float(np.hypot(*(control - end))), 1e-9)
    aside = 0.42 * np.array([back[1], -back[0]])
    return np.array([end, end + size * (back + aside), end + size * (back - aside)])


def middle_of(path: Path) -> tuple[float, float]:
    """The point half way along a path."""
    points = np.asarray(path.to_polygons(closed_only=False)[0])
    ways = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    x, y = (float(np.interp(0.5 * ways[-1], ways, axis)) for axis in points.T)
    return x, y


def _cubic(*points: Floats) -> Path:
    return Path(np.array(points), [Path.MOVETO] + [Path.CURVE4] * 3)
