"""Text as symbols: round trips, parts, characters that training never saw, what is no text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neatcore.errors import InputError
from tasks.data.text import Unit, read_text

SHARES = (0.05, 0.05)
VERSE = "Tyger Tyger, burning bright,\nIn the forests of the night;\r\nЧто за рука, 虎\n"


def write(path: Path, text: str) -> str:
    path.write_bytes(text.encode())
    return str(path)


def test_a_text_comes_back_as_it_was(tmp_path: Path) -> None:
    found = read_text(write(tmp_path / "verse.txt", VERSE * 20), "character", (0.1, 0.1))
    assert found.text(found.training) + found.text(found.validation) + found.text(found.test) == VERSE * 20
    assert found.symbols == tuple(sorted(set(VERSE)))
    assert found.training.dtype == np.uint8
    assert not found.training.flags.writeable


def test_bytes_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "enwik8"
    content = bytes(np.random.default_rng(0).permutation(256).astype(np.uint8).repeat(3)) * 4
    path.write_bytes(content)
    found = read_text(str(path), "byte", SHARES)
    joined = np.concatenate([found.training, found.validation, found.test])
    assert "".join(found.symbols[code] for code in joined).encode("latin-1") == content
    assert len(found.symbols) == 256


@pytest.mark.parametrize(("size", "parts"), [(1000, (900, 50, 50)), (1019, (919, 50, 50)), (100, (90, 5, 5))])
def test_a_text_is_cut_ninety_five_five(size: int, parts: tuple[int, int, int], tmp_path: Path) -> None:
    found = read_text(write(tmp_path / "a.txt", "ab" * (size // 2) + "a" * (size % 2)), "character", SHARES)
    assert (len(found.training), len(found.validation), len(found.test)) == parts


def test_parts_in_files_of_their_own_are_not_cut(tmp_path: Path) -> None:
    for part, text in (("train", "abc" * 9), ("valid", "cab"), ("test", "bca" * 2)):
        write(tmp_path / f"ab.c.{part}.txt", text)
    found = read_text(str(tmp_path / "ab.c.train.txt"), "character", SHARES)
    assert [found.text(part) for part in (found.training, found.validation, found.test)] == ["abc" * 9, "cab", "bcabca"]
    (tmp_path / "ab.c.valid.txt").unlink()
    with pytest.raises(InputError, match=r"there is no .*ab.c.valid.txt, which belongs to ab.c.train.txt"):
        read_text(str(tmp_path / "ab.c.train.txt"), "byte", SHARES)


def test_unknown_characters_are_read_as_the_nearest_known(tmp_path: Path) -> None:
    for part, text in (("train", "aeiou" * 9), ("valid", "Abcdhlzœ"), ("test", "q😀")):
        write(tmp_path / f"vowels.{part}.txt", text)
    found = read_text(str(tmp_path / "vowels.train.txt"), "character", SHARES)
    assert found.symbols == tuple("aeiou")
    assert found.text(found.validation) == "aaaeiiuu"  # c stands between a and e: the lower one
    assert found.text(found.test) == "ou"


def test_characters_written_apart_are_joined(tmp_path: Path) -> None:
    """As in the Penn Treebank's files of characters, where _ is the blank."""
    for part in ("train", "valid", "test"):
        write(tmp_path / f"ptb.char.{part}.txt", " n o _ i t _ w a s _ n ' t \n _ b l a c k _ m o n d a y \n")
    found = read_text(str(tmp_path / "ptb.char.train.txt"), "character", SHARES)
    assert found.text(found.training) == found.text(found.test) == "no_it_was_n't\n_black_monday\n"
    words = "no it was n't\nblack monday\n"
    plain = read_text(write(tmp_path / "ptb.txt", words * 10), "character", SHARES)
    assert plain.text(plain.training) == (words * 10)[: len(plain.training)]


@pytest.mark.parametrize(
    ("content", "unit", "message"),
    [
        (b"", "character", "has 0 symbols for training"),
        (b"a", "byte", "has 1 symbols for training"),
        (b"abcdefghi", "character", "has 0 symbols for validation; give it more text"),
        (b"abc\xff\xfe", "character", r"is no text in UTF-8, see byte 3; unit=byte reads any file"),
    ],
)
def test_what_is_no_text_is_told(content: bytes, unit: Unit, message: str, tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_text(str(path), unit, SHARES)


def test_a_missing_text_is_told(tmp_path: Path) -> None:
    for name, told in (("nowhere.txt", "there is no text '"), ("nowhere.train.txt", "there is no text '"), ("", "' is a folder")):
        with pytest.raises(InputError, match=told):
            read_text(str(tmp_path / name), "character", SHARES)


def test_shares_that_leave_nothing_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has 0 symbols for training"):
        read_text(write(tmp_path / "some.txt", "some" * 100), "character", (0.6, 0.5))


def test_published_texts(data: Path) -> None:
    plays = read_text(str(data / "text" / "tinyshakespeare.txt"), "character", SHARES)
    assert len(plays.symbols) == 65
    assert sum(map(len, (plays.training, plays.validation, plays.test))) == 1_115_394
    assert plays.text(plays.training[:13]) == "First Citizen"
    novel = read_text(str(data / "text" / "wap.train.txt"), "character", SHARES)
    assert [len(part) for part in (novel.training, novel.validation, novel.test)] == [2_235_598, 481_108, 494_230]


def test_bytes_are_read_and_written_as_the_characters_they_make_up(tmp_path: Path) -> None:
    path = tmp_path / "bytes.txt"
    path.write_text("aé日" * 30, encoding="utf-8")
    corpus = read_text(str(path), "byte", (0.1, 0.1))
    codes = corpus.codes("é日a")
    assert len(codes) == 2 + 3 + 1
    assert corpus.text(codes) == "é日a"
    assert corpus.text(codes[1:]).endswith("日a")  # half a character is none
    assert "\N{REPLACEMENT CHARACTER}" in corpus.text(codes[1:])
    with pytest.raises(InputError, match="'b' is not among the 6 symbols"):
        corpus.codes("ab")
