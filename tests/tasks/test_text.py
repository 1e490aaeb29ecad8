"""Text to predict: lanes that go on, bits by hand, one step after another and all at once, laws."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from neatcore.checks import check_task
from neatcore.errors import InputError
from neatcore.interfaces import Array, Floats, Generalising, Ints, Named, Policy, State, Teaching, Unrolling
from tasks.registry import find_task
from tasks.text import Text
from tests.tasks.policies import Leaky

RNG = np.random.default_rng
LETTERS = "abcde"


def write(folder: Path, size: int = 2000, name: str = "letters.txt", seed: int = 0) -> str:
    """Letters at random, all five among the first."""
    letters = LETTERS + "".join(RNG(seed).choice(list(LETTERS), size - 5))
    (folder / name).write_text(letters)
    return str(folder / name)


@dataclass(frozen=True)
class Remembering:
    """Networks whose logits are 3 at the symbol `back` steps ago, 0 elsewhere; of which they remember the last one."""

    back: Ints  # (P,): 0 for the symbol just read, 1 for the one before it
    symbols: int = 5

    @property
    def size(self) -> int:
        return len(self.back)

    @property
    def inputs(self) -> int:
        return self.symbols

    @property
    def outputs(self) -> int:
        return self.symbols

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, self.symbols))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        assert inputs.shape == state.shape
        assert (inputs.sum(axis=2) == 1).all()
        return np.array(inputs), 3.0 * np.where(self.back[:, None, None] == 0, inputs, state)

    def take(self, rows: Ints, /) -> Policy:
        return Remembering(self.back[rows], self.symbols)


class AtOnce(Remembering):
    """The same, many steps at once, and never one alone."""

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        raise AssertionError("asked step by step")

    def unroll(self, state: State, symbols: Array, /) -> tuple[State, Floats]:
        outputs = []
        for row in symbols:
            state, found = super().step(state, np.repeat(np.eye(self.symbols)[row][None], self.size, axis=0))
            outputs.append(found)
        return state, np.stack(outputs, axis=1)


def oracle(text: Array, back: int, lanes: int, symbols: int = 5) -> float:
    """Bits a symbol of `Remembering` on a text in lanes, letter by letter."""
    count = len(text) - 1
    steps, bits = -(-count // min(lanes, count)), 0.0
    for place in range(count):
        before = place - back
        logits = [0.0] * symbols
        if before >= 0 and before // steps == place // steps:
            logits[text[before]] = 3.0
        bits -= (logits[text[place + 1]] - np.log(np.exp(logits).sum())) / np.log(2)
    return bits / count


@pytest.mark.parametrize("size", [1, 7, 32])
@pytest.mark.parametrize("length", [1, 10, 23])
def test_lanes_go_on_where_they_ended(size: int, length: int, tmp_path: Path) -> None:
    task = Text(file=write(tmp_path), length=length)
    text = "".join(task.symbols[code] for code in task.corpus.training)
    batches = list(task.batches(size, RNG(0)))
    assert all(read.shape == due.shape == (length, size) for read, due in batches)
    read, due = (np.concatenate(side) for side in zip(*batches, strict=True))
    assert np.issubdtype(read.dtype, np.integer)
    assert (read[1:] == due[:-1]).all()  # across the borders of batches too
    lanes = [task.corpus.text(lane) for lane in read.T]
    assert "".join(lanes) in text  # each lane begins where the one before ends
    assert len(text) - 1 - len("".join(lanes)) < size * length
    ends = [task.corpus.text(lane[-1:]) for lane in due.T]
    assert ends[:-1] == [lane[0] for lane in lanes[1:]]


def test_what_is_left_over_differs_from_pass_to_pass(tmp_path: Path) -> None:
    task = Text(file=write(tmp_path), length=50)
    assert len(task.corpus.training) == 1800
    firsts = {next(task.batches(7, RNG(seed)))[0].tobytes() for seed in range(20)}
    assert 1 < len(firsts) <= 50
    assert len({next(task.batches(7, RNG(3)))[0].tobytes() for _ in range(3)}) == 1


def test_shares_that_leave_nothing_are_named(tmp_path: Path) -> None:
    task = Text(file=write(tmp_path, 20), validation=0.5, test=0.5)
    with pytest.raises(InputError, match=r"[01] symbols for training.* smaller shares than validation=0.5 and test=0.5"):
        next(iter(task.batches(1, RNG(0))))


def test_a_short_text_has_fewer_lanes(tmp_path: Path) -> None:
    task = Text(file=write(tmp_path, 400), length=100)
    ((read, _),) = task.batches(64, RNG(0))
    assert read.shape == (100, 3)
    with pytest.raises(InputError, match=r"letters.txt has 360 symbols for training, too few for length=360"):
        next(Text(file=task.file, length=360).batches(64, RNG(0)))


@pytest.mark.parametrize("lanes", [1, 3, 10, 99, 500])
def test_bits_by_hand(lanes: int, tmp_path: Path) -> None:
    """Lanes of one length and of several, and more lanes than letters."""
    task = Text(file=write(tmp_path), lanes=lanes)
    found = task.evaluate(Remembering(np.array([0, 1])), RNG(0))
    expected = [oracle(task.corpus.validation, back, lanes) for back in (0, 1)]
    assert found.info["bits"] == pytest.approx(expected)
    assert found.fitness == pytest.approx([-bits for bits in expected])
    assert task.generalise(Remembering(np.array([1])), RNG(0)) == pytest.approx({"bits": oracle(task.corpus.test, 1, lanes)})


def test_many_steps_at_once_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever number of steps is asked at once."""
    task = Text(file=write(tmp_path), lanes=4)
    single, at_once = Remembering(np.array([0, 1])), AtOnce(np.array([0, 1]))
    assert isinstance(at_once, Unrolling)
    assert not isinstance(single, Unrolling)
    expected = task.evaluate(single, RNG(0)).fitness
    for part in (1, 100, 1 << 17):
        monkeypatch.setattr("tasks.text.PART", part)
        assert task.evaluate(at_once, RNG(0)).fitness == pytest.approx(expected, rel=1e-12)


def test_a_share_of_the_validation_part_is_the_first(tmp_path: Path) -> None:
    task = Text(file=write(tmp_path), validated=30, lanes=2)
    found = task.evaluate(Remembering(np.array([1])), RNG(0)).info["bits"]
    assert found == pytest.approx([oracle(task.corpus.validation[:31], 1, 2)])
    assert Text(file=task.file, validated=10_000).evaluate(Remembering(np.array([1])), RNG(0)).info["bits"] == pytest.approx(
        [oracle(task.corpus.validation, 1, 32)]
    )


def test_a_text_without_a_test_part(tmp_path: Path) -> None:
    task = Text(file=write(tmp_path), test=0)
    assert task.generalise(Remembering(np.array([0])), RNG(0)) == {}


def test_it_keeps_the_laws_of_a_task(tmp_path: Path) -> None:
    task = Text(file=write(tmp_path, 3000), lanes=8)
    check_task(task)
    check_task(task, Leaky(RNG(0).normal(size=(5, 5, 6))))
    for role in (Teaching, Named, Generalising):
        assert isinstance(task, role)
    assert (task.loss, task.carries) == ("cross-entropy", True)


def test_symbols_have_names_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_bytes(b"a\tb \r\n" * 50)
    task = Text(file=str(tmp_path / "lines.txt"))
    assert task.symbols == ("\t", "\n", "\r", " ", "a", "b")
    assert task.names == (["\\t", "\\n", "\\r", " ", "a", "b"],) * 2
    assert task.inputs == task.outputs == 6


def test_a_text_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path)
    monkeypatch.chdir(tmp_path)
    kind = find_task("text:letters.txt")
    assert kind.reference == f"text:{path}"
    assert kind.make(length=7) == Text(file=path, length=7) == find_task(kind.reference).make(length=7)
    with pytest.raises(InputError, match=r"there is no text '.*nowhere.txt'"):
        _ = find_task("text:nowhere.txt").make().inputs


def test_shares_of_a_text_that_brings_its_parts_are_told(tmp_path: Path) -> None:
    for part in ("train", "valid", "test"):
        write(tmp_path, name=f"letters.{part}.txt")
    for key in ("validation", "test"):
        with pytest.raises(ValidationError, match=r"is for a text that is cut; letters.train.txt brings its parts"):
            Text(file=str(tmp_path / "letters.train.txt"), **{key: 0.2})
    assert Text(file=str(tmp_path / "letters.train.txt"), validation=0.05).inputs == 5
