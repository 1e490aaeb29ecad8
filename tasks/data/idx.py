"""The IDX format of MNIST: whole bytes in an array of any rank (LeCun, Cortes & Burges 1998)."""

from __future__ import annotations

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neatcore.errors import InputError, require

GZIP = b"\x1f\x8b"
UBYTE = 0x08  # the code of unsigned bytes, the third byte of a file


def read_idx(path: Path, rank: int) -> NDArray[np.uint8]:
    """The array in a file, packed by gzip or not; InputError where it is damaged, or no array of `rank` dimensions.

    Two bytes of 0, the code of the type, the rank; a big-endian uint32 for each size; then the values, the last index fastest.
    """
    content = unpacked(path)
    head = 4 + 4 * rank
    magic = bytes((0, 0, UBYTE, rank))
    require(
        content[:4] == magic,
        f"{path} is no IDX file of {rank} dimensions: it begins with {content[:4].hex() or 'nothing'}, not {magic.hex()}",
    )
    require(len(content) >= head, f"{path} is damaged: it ends within its first {head} bytes")
    sizes = [int(size) for size in np.frombuffer(content[4:head], ">u4")]
    said = " × ".join(map(str, sizes))
    require(len(content) - head == prod(sizes), f"{path} is damaged: {len(content) - head:,} values where it says {said}")
    return np.frombuffer(content, np.uint8, offset=head).reshape(sizes)


def unpacked(path: Path) -> bytes:
    """The bytes of a file, unpacked where gzip packed it; InputError where it breaks off."""
    content = path.read_bytes()
    if content[:2] != GZIP:
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} is damaged: it cannot be unpacked ({error})") from None
