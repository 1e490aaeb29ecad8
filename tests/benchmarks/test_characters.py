from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import characters
from benchmarks.characters import HYPER, KINDS, LSTM, check_same, main, variants_of
from benchmarks.recurrent_speed import contestants, works
from benchmarks.results import read_csv
from neatcore.errors import InputError

TEXT = "so it goes on, and on it goes.\n" * 400


@pytest.mark.parametrize("units", [64, 128])
def test_all_have_as_many_parameters(units: int) -> None:
    counts = []
    for variant in variants_of(Path("some.txt"), 60, units):
        kind = KINDS[variant.name]
        own = int(next(word for word in variant.words if word.startswith("units=")).removeprefix("units="))
        counts.append(kind.parameters(own, units // 4, (60, 60)))
    assert len(counts) == 4
    assert max(counts) / min(counts) < 1.02


def test_rates_may_be_of_single_networks_and_the_hyper_cell_small() -> None:
    found = {variant.name: variant.words for variant in variants_of(Path("some.txt"), 60, 64, 8, rates={LSTM: 0.5, HYPER: 0.25})}
    assert "rate=0.5" in found[LSTM]
    assert {"rate=0.25", "units=64", "hyper_units=8"} <= set(found[HYPER])
    assert "rate=0.01" in found["LN-LSTM"]


def test_characters_in_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(characters, "EVERY", 2)
    monkeypatch.setattr(characters, "KINDS", {name: KINDS[name] for name in (LSTM, HYPER)})
    data = tmp_path / "some.txt"
    data.write_text(TEXT, encoding="utf-8")
    main(data=data, units=64, steps=4, seeds=1, workers=1, lstm_rate=0.004, folder=tmp_path)
    rows = read_csv(tmp_path / "characters-64.csv")
    assert [row["variant"] for row in rows] == [LSTM, LSTM, HYPER, HYPER]
    assert [row["step"] for row in rows] == ["2", "4"] * 2
    assert all(float(row["test"]) < 4.5 for row in rows[1::2])
    assert not any(row["test"] for row in rows[::2])
    page = (tmp_path / "characters-64.md").read_text(encoding="utf-8")
    assert "neatcore train text:some.txt --preset ha2016-text encoding=hyperlstm units=64 hyper_units=16" in page
    assert str(tmp_path) not in page
    assert "at a rate of 0.01 (LSTM: 0.004) · 0.999^step" in page
    assert "--units 64 --lstm-rate 0.004 --steps 4" in page
    assert "no rates were compared" in page
    before = (tmp_path / "characters-64.csv").read_text(encoding="utf-8")
    main(data=data, units=64, steps=4, seeds=1, workers=1, folder=tmp_path)
    assert (tmp_path / "characters-64.csv").read_text(encoding="utf-8") == before
    with pytest.raises(InputError, match="name another --folder"):
        check_same(rows, variants_of(data, 16, 80), tmp_path / "characters-64.csv")


def test_both_ways_of_writing_a_cell_have_the_same_gradient() -> None:
    work = works(8, 3, 5)[-2]
    assert work.name == "HyperLSTM"
    ours, plain = (slope() for slope in contestants(work))
    assert all(abs(ours[name] - plain[name]).max() < 1e-5 for name in ours)
    assert max(abs(each).max() for each in ours.values()) > 1e-3
