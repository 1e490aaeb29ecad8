from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neatcore.errors import InputError
from neatcore.files import npz, read_npz
from runner.checkpoint import KEPT, Best, Checkpoint, forget, latest, read, write


def some(generation: int) -> Checkpoint:
    rng = np.random.default_rng(generation)
    genes = np.array([(1, 0.5, True), (2, -0.5, False)], np.dtype([("id", "i8"), ("weight", "f8"), ("on", "?")]))
    search = {"weights": rng.random((3, 4)), "ids": rng.integers(0, 9, 5), "empty": np.empty((0, 2)), "genes": genes}
    return Checkpoint(generation, 150 * generation, rng.bit_generator.state, Best(False, 1.5, generation - 1), search)


def test_a_checkpoint_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = some(7)
    found = read(write(tmp_path, written))
    assert (found.generation, found.evaluations, found.rng, found.best) == (7, 1050, written.rng, written.best)
    assert list(found.search) == list(written.search)
    for name, array in written.search.items():
        assert found.search[name].dtype == array.dtype
        np.testing.assert_array_equal(found.search[name], array)


def test_equal_states_have_equal_files(tmp_path: Path) -> None:
    first, second = (write(tmp_path / name, some(3)).read_bytes() for name in ("a", "b"))
    assert first == second


def test_the_random_state_goes_on_where_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rng.random(3)
    path = write(tmp_path, Checkpoint(0, 0, rng.bit_generator.state))
    other = np.random.default_rng(0)
    other.bit_generator.state = read(path).rng
    np.testing.assert_array_equal(other.random(9), rng.random(9))


def test_the_last_two_are_kept(tmp_path: Path) -> None:
    for generation in (9, 10, 100, 1_000_000, 1_000_001):
        write(tmp_path, some(generation))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1000000.npz", "1000001.npz"]
    assert KEPT == 2


@pytest.mark.parametrize("seed", range(40))
def test_damage_anywhere_is_noticed(tmp_path: Path, seed: int) -> None:
    path = write(tmp_path, some(3))
    whole, rng = path.read_bytes(), np.random.default_rng(seed)
    place = int(rng.integers(len(whole)))
    changed = bytearray(whole)
    changed[place] ^= 1 << int(rng.integers(8))
    for content in (whole[:place], bytes(changed)):
        path.write_bytes(content)
        assert still_the_same_or_told(path)


def still_the_same_or_told(path: Path) -> bool:
    """Whether the damage is told in a line or two, or means nothing, as a date in the archive does."""
    try:
        found = read(path)
    except InputError as error:
        return str(path) in str(error) and len(str(error).splitlines()) <= 2
    return found.rng == some(3).rng and all(np.array_equal(found.search[name], array) for name, array in some(3).search.items())


def test_a_changed_array_does_not_pass_for_the_written_one(tmp_path: Path) -> None:
    path = write(tmp_path, some(3))
    path.write_bytes(npz(read_npz(path) | {"search.ids": np.arange(5)}))
    with pytest.raises(InputError, match="its checksum differs"):
        read(path)


def test_the_good_one_before_is_used(tmp_path: Path) -> None:
    write(tmp_path, some(3))
    newest = write(tmp_path, some(4))
    newest.write_bytes(newest.read_bytes()[:-20])
    found, complaints = latest(tmp_path)
    assert found is not None
    assert found.generation == 3
    assert len(complaints) == 1
    assert "000004.npz is damaged" in complaints[0]
    forget(tmp_path, found.generation)
    assert [path.name for path in tmp_path.iterdir()] == ["000003.npz"]


def test_none_is_no_error_but_none_that_is_whole_is(tmp_path: Path) -> None:
    assert latest(tmp_path) == (None, [])
    (tmp_path / "000001.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match="no checkpoint can be read; start the run anew"):
        latest(tmp_path)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Best(False, 2.0, 1), Best(False, 1.0, 0)),
        (Best(True, 1.0, 1), Best(False, 2.0, 0)),
        (Best(True, 2.0, 1), Best(True, 1.0, 0)),
    ],
)
def test_solving_comes_before_fitness(better: Best, worse: Best) -> None:
    assert better.beats(worse)
    assert not worse.beats(better)
    assert not better.beats(better)
    assert worse.beats(None)
