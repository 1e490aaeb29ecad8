"""Pictures that an attack has changed: as they were, what was added, as they are, with what networks say of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from neatcore.errors import require
from neatcore.interfaces import Array, Floats, Ints
from viz.patterns import diverging
from viz.style import BARE, Theme, figure, theme_of

COLUMNS, ROWS = 4, 5
SHOWN = COLUMNS * ROWS
SIDE, GAP = 60, 4  # pixels of a picture, between those of a group
FAINT = 1e-3  # what is added is drawn in full colour at epsilon, or at this: below it there is nothing but rounding
WIDE, HIGH = 3 * SIDE + 2 * GAP, SIDE + 36  # of a group
SHORT = 6  # letters of a name that has room in their usual size
AIR, EDGE, HEAD = 26, 24, 56  # between groups, around all, above them


@dataclass(frozen=True, eq=False)
class Seen:
    """Pictures (S, H, W, 1 or 3) in [0, 1], the class (S,) that networks take each for together, and their doubt (S,) in nats."""

    pictures: Floats
    answers: Ints
    doubt: Floats


@dataclass(frozen=True, eq=False)
class Attack:
    """The same pictures before and after, what they are (S,), the classes by name, the largest change of a pixel."""

    before: Seen
    after: Seen
    labels: Ints
    names: Sequence[str]
    epsilon: float

    def __post_init__(self) -> None:
        shapes = [(side.pictures.shape, side.answers.shape, side.doubt.shape) for side in (self.before, self.after)]
        count = (len(self.labels),)
        fits = shapes[0] == shapes[1] and shapes[0][1:] == (count, count) and shapes[0][0][:1] == count
        require(fits, f"an attack of {count[0]} pictures with {shapes[0]} before and {shapes[1]} after")

    @property
    def letters(self) -> int:
        """The size of names that fit under a picture."""
        return 12 if max(map(len, self.names)) <= SHORT else 9

    @property
    def most(self) -> float:
        """The largest doubt that there can be, that between all classes."""
        return float(np.log(len(self.names)))


def attack_figure(attack: Attack, words: str, *, theme: str | Theme = "light") -> Figure:
    """Up to SHOWN pictures: untouched, what was added, changed. Under the first and the last what they are taken for, red where
    that is wrong, and a bar for the doubt, which is full where all classes are as likely; between them doubt in nats."""
    tone, count = theme_of(theme), min(len(attack.labels), SHOWN)
    require(count > 0, "there are no changed pictures to draw")
    columns, rows = min(count, COLUMNS), -(-count // COLUMNS)
    width, height = 2 * EDGE + COLUMNS * (WIDE + AIR) - AIR, HEAD + rows * (HIGH + AIR)
    drawing = figure(tone, width, height, BARE)
    ax = drawing.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    ax.text(EDGE, 20, words, color=tone.ink, fontsize=13, va="center")
    for column in range(columns):
        for place, name in enumerate(("untouched", "added", "changed")):
            middle = EDGE + column * (WIDE + AIR) + place * (SIDE + GAP) + SIDE / 2
            ax.text(middle, HEAD - 11, name, color=tone.muted, fontsize=11, ha="center", va="center")
    for place in range(count):
        row, column = divmod(place, COLUMNS)
        _draw_group(ax, attack, place, (EDGE + column * (WIDE + AIR), HEAD + row * (HIGH + AIR)), tone)
    return drawing


def _draw_group(ax: Axes, attack: Attack, place: int, corner: tuple[float, float], tone: Theme) -> None:
    """One picture, from the upper left corner on."""
    left, top = corner
    for step, image in zip((0, 1, 2), _images(attack, place, tone), strict=True):
        begin = left + step * (SIDE + GAP)
        ax.imshow(image, extent=(begin, begin + SIDE, top + SIDE, top), interpolation="nearest", aspect="auto")
    for step, seen in ((0, attack.before), (2, attack.after)):
        begin, answer = left + step * (SIDE + GAP), int(seen.answers[place])
        colour = tone.ink if answer == attack.labels[place] else tone.bad
        ax.text(
            begin + SIDE / 2, top + SIDE + 11, attack.names[answer], color=colour, fontsize=attack.letters, ha="center", va="center"
        )
        share = float(np.clip(seen.doubt[place] / attack.most, 0, 1))
        ax.add_patch(Rectangle((begin, top + SIDE + 22), SIDE, 5, facecolor=tone.grid, linewidth=0))
        ax.add_patch(Rectangle((begin, top + SIDE + 22), share * SIDE, 5, facecolor=tone.accent, linewidth=0))
    doubts = " → ".join(f"{seen.doubt[place]:.2f}" for seen in (attack.before, attack.after))
    wrong = any(seen.answers[place] != attack.labels[place] for seen in (attack.before, attack.after))
    lines = [(11, f"is {attack.names[attack.labels[place]]}")] if wrong else []
    for down, words in [*lines, (25, doubts)]:
        ax.text(
            left + WIDE / 2, top + SIDE + down, words, color=tone.muted, fontsize=min(10, attack.letters), ha="center", va="center"
        )


def _images(attack: Attack, place: int, tone: Theme) -> Iterator[Array]:
    """As it was; what was added, orange where it became darker and blue where brighter; as it is. (H, W, 3 or 4)"""
    before, after = (side.pictures[place] for side in (attack.before, attack.after))
    yield _coloured(before)
    share = 0.5 + 0.5 * (after - before) / max(attack.epsilon, FAINT)
    added: Array = diverging(tone)(np.clip(share.mean(axis=-1), 0, 1))
    yield added
    yield _coloured(after)


def _coloured(picture: Floats) -> Floats:
    """(H, W, 3) of (H, W, 1 or 3)."""
    return np.broadcast_to(np.clip(picture, 0, 1), (*picture.shape[:2], 3))
