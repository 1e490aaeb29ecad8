"""Genomes survive the round trip; damaged files say so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from neatcore.errors import InputError
from neatcore.files import LARGE, load, load_genome, load_stanley, npz, read_npz, save, to_bytes
from neatcore.genome import Genome
from tests.neatcore.growing import grown

XOR_START = """genomestart 1
trait 1 0.1 0 0 0 0 0 0 0
node 1 0 1 3
node 2 0 1 1
node 3 0 1 1
node 4 0 0 2
gene 1 1 4 0.5 0 1 0 1
gene 2 2 4 -0.25 0 2 0 0
gene 3 3 4 0.0 0 3 0 1
genomeend 1
"""


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_genomes_survive_the_round_trip(tmp_path: Path, suffix: str) -> None:
    for genome in grown(1, recurrent=True):
        save(tmp_path / f"g{suffix}", genome)
        assert load(tmp_path / f"g{suffix}") == genome


def test_vectors_survive_and_equal_things_give_equal_bytes(tmp_path: Path) -> None:
    vector = np.linspace(0, 1, 7)
    save(tmp_path / "v.npz", vector)
    assert np.array_equal(load(tmp_path / "v.npz"), vector)  # type: ignore[arg-type]
    assert to_bytes(vector) == to_bytes(vector.copy())
    with pytest.raises(InputError, match="holds a vector"):
        load_genome(tmp_path / "v.npz")


def test_large_vectors_are_written_as_they_are_and_in_single_precision_where_that_is_exact(tmp_path: Path) -> None:
    rng, path = np.random.default_rng(0), tmp_path / "v.npz"
    single = rng.normal(size=LARGE // 4).astype(np.float32)
    for vector, size in ((single, 4), (rng.normal(size=LARGE // 4), 8)):
        save(path, vector.astype(np.float64))
        found = load(path)
        assert isinstance(found, np.ndarray)
        assert found.dtype == np.float64
        assert np.array_equal(found, vector)
        assert size * len(vector) < path.stat().st_size < size * len(vector) + 1000


def test_stanley_s_format(tmp_path: Path) -> None:
    path = tmp_path / "xorstartgenes"
    path.write_text(XOR_START * 2)
    first, second = load_stanley(path)
    assert first == second == load(path)
    assert (first.inputs, first.outputs, first.hidden) == (2, 1, 0)
    assert first.links["weight"].tolist() == [0.5, -0.25, 0.0]
    assert first.links["enabled"].tolist() == [True, False, True]


def test_a_pair_joined_twice_acts_as_the_sum(tmp_path: Path) -> None:
    path = tmp_path / "double"
    path.write_text(XOR_START.replace("genomeend", "gene 1 1 4 0.75 1 9 0 1\ngenomeend"))
    genome = load_genome(path)
    assert genome.links["weight"].tolist() == [1.25, -0.25, 0.0]


@pytest.mark.parametrize("name", ["xorstartgenes", "pole1startgenes", "pole2startgenes", "rawal_winner_remember_1st_number"])
def test_the_author_s_own_files(data: Path, name: str) -> None:
    genomes = load_stanley(data / "neat-start-genomes" / name)
    assert all(isinstance(g, Genome) and g.outputs >= 1 for g in genomes)


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda _: b"", lambda b: b"PK" + b[2:60], lambda _: b"\x80\x04junk"]
)
def test_damaged_files_are_refused(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "g.npz"
    path.write_bytes(damage(to_bytes(grown(1, recurrent=False)[0])))  # type: ignore[operator]
    with pytest.raises(InputError, match=r"g\.npz"):
        load(path)


@pytest.mark.parametrize("name", ["nodes", "links", "activations"])
def test_tables_that_are_no_lists_are_refused(tmp_path: Path, name: str) -> None:
    save(tmp_path / "g.npz", grown(1, recurrent=False)[0])
    arrays = read_npz(tmp_path / "g.npz")
    (tmp_path / "g.npz").write_bytes(npz(arrays | {name: arrays[name][0]}))
    with pytest.raises(InputError, match=r"g\.npz: nodes, links and activations must be lists"):
        load(tmp_path / "g.npz")


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(tmp_path / "executed"),))

    np.savez(tmp_path / "g.npz", format=np.array("neatcore genome 1"), vector=np.array([Trap()], object), allow_pickle=True)
    with pytest.raises(InputError, match="damaged or no npz file"):
        load(tmp_path / "g.npz")
    assert not (tmp_path / "executed").exists()


def test_messages_name_the_file_and_the_line(tmp_path: Path) -> None:
    for read in (load, load_stanley):
        with pytest.raises(InputError, match="no such file"):
            read(tmp_path / "absent.npz")
    path = tmp_path / "bad"
    path.write_text("genomestart 1\nnode 1 0 1\n")
    with pytest.raises(InputError, match=r"bad:2: cannot read 'node 1 0 1'"):
        load(path)
    for line in ("node 1 0 1 12", "gene 1 1 2 0.5 0 100000000000000000000 0 1"):
        path.write_text(f"genomestart 1\n{line}\ngenomeend 1\n")
        with pytest.raises(InputError, match=r"bad"):
            load(path)
    path.write_text("once upon a time")
    with pytest.raises(InputError, match="'once' begins no line of a genome"):
        load(path)
    json_path = tmp_path / "bad.json"
    data = json.loads(to_bytes(grown(1, recurrent=False)[0], ".json"))
    data["nodes"][0]["activation"] = "tahn"
    json_path.write_text(json.dumps(data))
    with pytest.raises(InputError, match="did you mean 'tanh'"):
        load(json_path)
    data["nodes"][0]["activation"] = "tanh"
    for number in (10**20, float("inf"), 0.5):
        data["links"][0]["innovation"] = number
        json_path.write_text(json.dumps(data))
        with pytest.raises(InputError, match=r"bad\.json is no genome file"):
            load(json_path)
    with pytest.raises(InputError, match=r"use \.npz or \.json"):
        save(tmp_path / "g.txt", grown(1, recurrent=False)[0])
