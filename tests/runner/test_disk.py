from __future__ import annotations

import errno
from pathlib import Path

import pytest

from neatcore.errors import InputError
from runner.disk import TEMPORARY, Log, cut_log, read_json, read_log, replacing, sweep, write_text


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "old")
    with pytest.raises(OSError, match="disk"), replacing(path) as temporary:  # noqa: PT012
        temporary.write_text("half of the ne")
        assert path.read_text() == "old"
        raise OSError(errno.ENOSPC, "disk full")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / f"{TEMPORARY}1-x.npz").touch()
    (tmp_path / "kept").touch()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["kept"]


def test_a_torn_last_line_is_no_line(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with Log(path) as log:
        for number in range(5):
            log.append({"generation": number})
        log.sync()
    with path.open("a") as file:
        file.write('{"generation": 5, "be')
    assert [row["generation"] for row in read_log(path)] == [0, 1, 2, 3, 4]
    cut_log(path, 3)
    with Log(path) as log:
        log.append({"generation": 3})
    assert path.read_text() == "".join(f'{{"generation": {number}}}\n' for number in range(4))


def test_a_log_that_is_too_short_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"generation": 0}\n')
    with pytest.raises(InputError, match=r"log.jsonl has 1 lines, where the checkpoint says 2"):
        cut_log(path, 2)


@pytest.mark.parametrize(("text", "message"), [("{", "is not JSON"), ("[]", "holds a list, not an object")])
def test_a_damaged_record_is_told(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_json(path)


def test_a_damaged_line_is_told_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"generation": 0}\n{"gener\n')
    with pytest.raises(InputError, match=r"metrics.jsonl:2 is damaged"):
        read_log(path)
