"""Any text as symbols, whole numbers, in three parts: for training, for validation, for the test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from neatcore.errors import InputError, require
from neatcore.interfaces import Array, Ints

Unit = Literal["character", "byte"]
PARTS = ("train", "valid", "test")
BLOCK = 1 << 20  # characters that are looked at together
BLANK, LINE = ord(" "), ord("\n")


@dataclass(frozen=True)
class Corpus:
    """A text in three parts of symbols (n,), and the character that each symbol stands for; bytes as Latin-1 writes them."""

    symbols: tuple[str, ...]
    training: Array
    validation: Array
    test: Array
    unit: Unit = "character"

    def text(self, codes: Iterable[int]) -> str:
        """What symbols stand for, one after the other: bytes as UTF-8, � for those that are none."""
        text = "".join(self.symbols[code] for code in codes)
        return text if self.unit == "character" else text.encode("latin-1").decode(errors="replace")

    def codes(self, text: str) -> list[int]:
        """The symbols of a text; InputError, with the first of them, where it has others."""
        places = {symbol: code for code, symbol in enumerate(self.symbols)}
        symbols = text if self.unit == "character" else text.encode().decode("latin-1")
        strange = [symbol for symbol in symbols if symbol not in places]
        require(not strange, f"{(strange or [''])[0]!r} is not among the {len(places)} symbols")
        return [places[symbol] for symbol in symbols]


@lru_cache(maxsize=4)
def read_text(path: str, unit: Unit, shares: tuple[float, float]) -> Corpus:
    """The text in a file; its last parts, by their shares, are for validation and for the test. InputError where it cannot be read.

    NAME.train.txt brings NAME.valid.txt and NAME.test.txt, and is not cut. Symbols are the characters, or bytes, of the training
    part, sorted. A character that it has not is read as the one of its own that has the nearest code point.
    """
    texts = [_values(file, unit) for file in _files(Path(path))]
    if unit == "character" and _spelled(texts[0]):
        texts = [text[text != BLANK] for text in texts]
    training, validation, test = texts if len(texts) == len(PARTS) else _cut(texts[0], shares)
    for name, part in (("training", training), ("validation", validation)):
        cut = "" if len(texts) == len(PARTS) else f", or smaller shares than validation={shares[0]:g} and test={shares[1]:g}"
        require(len(part) > 1, f"{path} has {len(part)} symbols for {name}; give it more text{cut}")
    known = _found(training)
    nearest = _nearest(known, 1 + max(int(part.max(initial=0)) for part in (training, validation, test)))
    training, validation, test = (_translated(part, nearest) for part in (training, validation, test))
    return Corpus(tuple(map(chr, known.tolist())), training, validation, test, unit)


def _files(path: Path) -> list[Path]:
    """The file, and those that belong to it."""
    require(not path.is_dir(), f"{str(path)!r} is a folder; a text is a file, as in text:book.txt")
    require(path.is_file(), f"there is no text {str(path)!r}")
    stem, end, _ = path.name.partition(".train.txt")
    files = [path.with_name(f"{stem}.{part}.txt") for part in PARTS] if end else [path]
    for file in files:
        require(file.is_file(), f"there is no {file}, which belongs to {path.name}")
    return files


def _values(path: Path, unit: Unit) -> Array:
    """Code points, or bytes, of a file."""
    content = path.read_bytes()
    if unit == "byte":
        return np.frombuffer(content, np.uint8)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text in UTF-8, see byte {error.start:,}; unit=byte reads any file") from None
    return np.frombuffer(text.encode("utf-32-le"), "<u4")


def _spelled(text: Array) -> bool:
    """Whether characters stand apart, blanks between them, as in the Penn Treebank's files of characters: `_ n o _ i t _ w a s`."""
    mark = (text != BLANK) & (text != LINE)
    return bool(mark.any()) and not (mark[1:] & mark[:-1]).any()


def _cut(text: Array, shares: tuple[float, float]) -> list[Array]:
    """The parts of a text, whose last two are these shares of it."""
    validation, test = (int(share * len(text)) for share in shares)
    first = len(text) - validation - test
    return [text[: max(first, 0)], text[max(first, 0) : len(text) - test], text[len(text) - test :]]


def _found(text: Array) -> Ints:
    """The code points of a text, sorted."""
    seen = np.zeros(int(text.max()) + 1, np.bool_)
    for first in range(0, len(text), BLOCK):
        seen[text[first : first + BLOCK]] = True
    return np.flatnonzero(seen)


def _nearest(known: Ints, size: int) -> Array:
    """For each code point below `size` the place (size,) of the nearest one that is known, the lower of two."""
    points = np.arange(size)
    above = np.minimum(np.searchsorted(known, points), len(known) - 1)
    below = np.maximum(above - 1, 0)
    nearer = np.where(abs(points - known[below]) <= abs(known[above] - points), below, above)
    return nearer.astype(np.uint8 if len(known) <= 256 else np.int32)


def _translated(text: Array, table: Array) -> Array:
    codes = np.empty(len(text), table.dtype)
    for first in range(0, len(text), BLOCK):
        codes[first : first + BLOCK] = table[text[first : first + BLOCK]]
    codes.flags.writeable = False
    return codes
