"""The IDX format: what is written is read, what is damaged is told."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from neatcore.errors import InputError
from tasks.data.idx import read_idx
from tests.tasks.files import idx_bytes, write_idx

ARRAY = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("packed", [True, False])
def test_what_is_written_is_read(packed: bool, tmp_path: Path) -> None:
    found = read_idx(write_idx(tmp_path / "some-idx3-ubyte.gz", ARRAY, packed=packed), 3)
    assert found.dtype == np.uint8
    assert (found == ARRAY).all()
    assert not found.flags.writeable


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no IDX file of 3 dimensions: it begins with nothing, not 00000803"),
        (b"<html>not found</html>", "is no IDX file of 3 dimensions: it begins with 3c68746d"),
        (idx_bytes(ARRAY[0]), "it begins with 00000802, not 00000803"),
        (idx_bytes(ARRAY)[:9], "is damaged: it ends within its first 16 bytes"),
        (idx_bytes(ARRAY)[:-1], "is damaged: 23 values where it says 2 × 3 × 4"),
        (idx_bytes(ARRAY) + b"\0", "is damaged: 25 values where it says 2 × 3 × 4"),
        (gzip.compress(idx_bytes(ARRAY), mtime=0)[:-9], "is damaged: it cannot be unpacked"),
        (gzip.compress(idx_bytes(ARRAY), mtime=0)[:-1] + b"\7", "is damaged: it cannot be unpacked"),
        (b"\x1f\x8b" + b"\0" * 40, "is damaged: it cannot be unpacked"),
    ],
)
def test_what_is_damaged_is_told(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "some-idx3-ubyte.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_idx(path, 3)
    assert str(caught.value).startswith(str(path))
