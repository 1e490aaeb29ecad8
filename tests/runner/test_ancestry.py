"""Ancestry: what is kept of every generation, the way back from a champion, and its pictures."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng
from PIL import Image

from neatcore.canvas import Canvas
from neatcore.errors import InputError
from neatcore.files import load_genome, npz, read_npz
from neatcore.genome import Genome
from neatcore.loop import evolve
from neatcore.neat import Neat, NeatConfig
from neatcore.nets import DirectConfig, direct
from neatcore.patterns import X, Y, cppn, paint
from runner import descent
from runner.ancestry import Brood, ancestors, breeding, path_of, read
from runner.changes import change, changes
from runner.directory import Run
from runner.display import Mute
from runner.session import resume, start
from runner.settings import resolve
from tasks.boolean import Xor
from tests.neatcore.cppns import coloured, symmetric
from tests.runner.test_patterns import EVOLVED, call
from tests.runner.toys import VECTORS

WORDS = ("population=30", "generations=25", "add_node=0.2", "add_link=0.2", "threshold=1.5", "stop_when_solved=false")


def begin(*words: str, task: str = "xor") -> Run:
    return Run(start(resolve(task, words), 3, Path("runs"), "neatcore run", Mute()).run)


@pytest.fixture
def run() -> Run:
    return begin(*WORDS, "ancestry=true")


def broods(run: Run) -> list[Brood]:
    """Every generation."""
    return [read(path) for path in sorted(run.ancestry.glob("*.npz"))]


def test_every_generation_is_kept_as_it_was_evaluated(run: Run) -> None:
    """Against a search whose populations are collected while it runs."""
    rng, task = default_rng(3), Xor()
    encoding, model = direct(DirectConfig(), task.inputs, task.outputs)
    search = Neat(NeatConfig(population=30, add_node=0.2, add_link=0.2, threshold=1.5), encoding.space, rng)
    kept = broods(run)
    assert len(kept) == 25
    for brood, generation in zip(kept, evolve(search, encoding, model, task, rng)):
        assert [brood.genome(row) for row in range(30)] == list(generation.genomes)
        assert brood.champion == generation.best
        assert np.array_equal(brood.mothers, search.mothers)
        assert np.array_equal(brood.fathers, search.fathers)


def test_a_child_has_what_its_parents_had_and_what_one_mutation_adds(run: Run) -> None:
    kept = broods(run)
    assert (kept[0].mothers == -1).all()
    assert sum((brood.fathers >= 0).sum() for brood in kept) > 100
    newest = {table: max(getattr(kept[0].genomes, table)[key]) for table, key in KEYS.items()}
    for before, brood in pairwise(kept):
        for row in range(len(brood.genomes)):
            parents = [before.genome(parent) for parent in (brood.mothers[row], brood.fathers[row]) if parent >= 0]
            for table in KEYS:
                new = keys(brood.genome(row), table).difference(*(keys(parent, table) for parent in parents))
                assert all(number > newest[table] for number in new)
                assert len(new) <= MOST_NEW[table]
            if brood.fathers[row] < 0:
                assert all(keys(parents[0], table) <= keys(brood.genome(row), table) for table in KEYS)
        newest = {table: max(newest[table], *getattr(brood.genomes, table)[key]) for table, key in KEYS.items()}


KEYS = {"nodes": "id", "links": "innovation"}
MOST_NEW = {"nodes": 1, "links": 3}  # a link is split, and one is added


def keys(genome: Genome, table: str) -> set[int]:
    return set(getattr(genome, table)[KEYS[table]].tolist())


@pytest.mark.parametrize("champion", ["best", "final", "7"])
def test_the_way_back_leads_from_mother_to_mother(champion: str, run: Run) -> None:
    kept = broods(run)
    number = {"best": int(run.champion().stem), "final": 24, "7": 7}[champion]
    row, expected = kept[number].champion, []
    for brood in kept[number::-1]:
        expected.append((brood.genome(row), brood.fathers[row] not in (-1, brood.mothers[row])))
        row = brood.mothers[row]
    found = list(ancestors(run, champion))
    assert [ancestor.generation for ancestor in found] == list(range(number, -1, -1))
    assert [(ancestor.genome, ancestor.crossed) for ancestor in found] == expected
    if champion != "7":
        assert found[0].genome == load_genome(run.champion(champion))


def test_copies_of_champions_make_no_step(run: Run) -> None:
    line = list(ancestors(run, "final"))[::-1]
    same = [child.generation for mother, child in pairwise(line) if child.genome == mother.genome]
    assert same
    steps = [ancestor.generation for ancestor, _ in changes(line)]
    assert sorted([*steps, *same]) == list(range(len(line)))


def test_stopping_short_and_going_on_keeps_the_same(run: Run) -> None:
    parts = begin(*WORDS, "ancestry=true", "generations=9", "checkpoint_seconds=0")
    (parts.ancestry / "000009.npz").write_bytes(b"of a generation after the checkpoint")
    resume(parts, 16, Mute())
    assert files(parts) == files(run)


def files(run: Run) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in run.ancestry.iterdir()}


def test_nothing_is_kept_unless_it_is_asked_for() -> None:
    run = begin("population=10", "generations=2")
    assert not run.ancestry.exists()
    with pytest.raises(InputError, match=f"run {run.name} kept no ancestors; .* neatcore run TASK ancestry=true"):
        next(ancestors(run))


def test_the_preset_for_pictures_keeps_them() -> None:
    assert "run.ancestry" in call("config", "xor", "--preset", "cppn").output
    assert '"name": "ancestry", "value": "true"' in call("config", "xor", "--preset", "cppn", "--json").output


def test_a_search_without_mothers_is_refused_before_the_run_begins(runs: Path) -> None:
    with pytest.raises(InputError, match="ancestry=true needs genomes that have mothers; those of search=cma have none"):
        begin(*VECTORS, "ancestry=true")
    assert not runs.exists()
    with pytest.raises(InputError, match="search=mine"):
        breeding(object(), "mine")


def test_a_file_that_is_missing_or_damaged_is_named(run: Run) -> None:
    path = path_of(run.ancestry, 3)
    whole, arrays = path.read_bytes(), read_npz(path)
    broken = {
        "is damaged or no npz file": whole[: len(whole) // 2],
        "is no file of ancestors": npz({"format": np.array("another")}),
        "lacks links": npz({name: array for name, array in arrays.items() if name != "links"}),
        "is damaged: its tables do not fit together": npz(arrays | {"node_starts": arrays["node_starts"][:-1]}),
        "is damaged: it has no genome": npz({name: shortened(array) for name, array in arrays.items()}),
        "a link ends at an input": npz(arrays | {"links": misdirected(arrays["links"])}),
    }
    for message, content in broken.items():
        path.write_bytes(content)
        with pytest.raises(InputError, match=rf"000003\.npz.*{message}"):
            list(ancestors(run, "final"))
    path.unlink()
    with pytest.raises(InputError, match=r"000003\.npz is missing"):
        list(ancestors(run, "final"))
    assert len(list(ancestors(run, "2"))) == 3


def shortened(array: np.ndarray) -> np.ndarray:
    """As if the generation had one genome: its first row as champion, one parent each."""
    if array.dtype.kind != "i":
        return array
    return np.array(0) if array.ndim == 0 else array[: 1 if len(array) == 30 else 2]


def misdirected(links: np.ndarray) -> np.ndarray:
    links = links.copy()
    links["target"] = 0
    return links


@pytest.mark.parametrize(
    ("champion", "message"), [("99", "has no generation 99; its last is 24"), ("bets", "unknown champion 'bets'")]
)
def test_champions_that_are_none(champion: str, message: str, run: Run) -> None:
    with pytest.raises(InputError, match=message):
        next(ancestors(run, champion))


# --- in words -----------------------------------------------------------------------------------------------------------


def edited(genome: Genome, **columns: tuple[int, object]) -> Genome:
    """A copy with single entries of link columns set."""
    links = genome.links.copy()
    for name, (place, value) in columns.items():
        links[name][place] = value
    return Genome(genome.nodes, links)


def test_what_changed_is_said() -> None:
    mother = cppn(("signed_sigmoid", {X: 1.0, Y: 2.0}))
    split = cppn(("signed_sigmoid", {X: 1.0, Y: 2.0, 5: 0.5}), hidden=[("sine", {X: 2.0})])
    assert change(mother, mother) == ""
    assert change(mother, edited(mother, weight=(0, 3.0))) == "1 weight"
    assert change(mother, edited(mother, weight=(0, 3.0), enabled=(1, False))) == "link 1 → 4 off, 1 weight"
    assert change(edited(mother, enabled=(1, False)), mother) == "link 1 → 4 on"
    assert change(mother, split) == "+node 5 (sine), +link 5 → 4, +link 0 → 5"
    assert change(split, mother) == "−node 5 (sine), −link 5 → 4, −link 0 → 5"
    other = Genome(split.nodes.copy(), split.links)
    other.nodes["activation"][-1] = mother.nodes["activation"][-1]
    assert change(split, other) == "node 5 (signed sigmoid)"
    several = cppn(("signed_sigmoid", {X: 1.0, Y: 2.0, 5: 0.5}), hidden=[("sine", {X: 2.0, Y: 1.0})])
    assert change(mother, several) == "+node 5 (sine), +3 links"


def test_the_steps_are_listed(run: Run) -> None:
    lines = call("show", run.name, "--ancestry").output.splitlines()
    line = list(ancestors(run))[::-1]
    assert lines[0].split() == ["generation", "hidden", "links", "what", "changed"]
    assert lines[1].split()[:3] == ["0", "0", "3"]
    assert [int(text.split()[0]) for text in lines[1:]] == [ancestor.generation for ancestor, _ in changes(line)]
    assert len(call("show", run.name, "--ancestry", "--json").output.splitlines()) == len(lines) - 1


# --- in pictures --------------------------------------------------------------------------------------------------------


LINE = [symmetric(lean) for lean in (0.0, 0.0, 0.4, 0.4, 0.8)]
SMALL = Canvas(32, 24)


def test_a_film_has_every_generation_and_rests_at_the_end() -> None:
    shown = descent.film(LINE, SMALL, True)
    rest = round(descent.REST * shown.rate)
    assert len(shown.images) == len(LINE) + rest
    for genome, frame in zip([*LINE, *[LINE[-1]] * rest], shown.images):
        assert np.array_equal(frame[:24], np.repeat(paint(genome, SMALL)[..., None], 3, axis=-1))
    assert len({frame[24:].tobytes() for frame in shown.images}) == len(LINE)  # each has its number


def test_a_long_line_is_shown_in_strides() -> None:
    shown = descent.film([symmetric(lean) for lean in np.linspace(0, 1, 700)], Canvas(8, 8), True)
    assert len(shown.images) == descent.LONGEST + round(descent.REST * shown.rate) <= 300
    assert np.array_equal(shown.images[-1][:8, :, 0], paint(symmetric(1.0), Canvas(8, 8)))


def test_a_sheet_has_the_steps_at_which_the_picture_changed() -> None:
    unseen = edited(symmetric(0.8), weight=(0, 3.0 + 1e-13))  # another genome, the same picture
    assert unseen != LINE[-1]
    pictures, generations = descent.steps([*LINE, unseen], SMALL, True)
    assert generations == [0, 2, 4]
    assert np.array_equal(pictures, [paint(LINE[place], SMALL) for place in generations])
    assert descent.steps(LINE[:1], SMALL, True)[1] == [0]
    assert descent.steps([coloured(), coloured()], SMALL, False)[1] == [0]


@pytest.fixture
def pattern(tmp_path: Path) -> Run:
    Image.fromarray(np.tile(np.arange(0, 256, 8, np.uint8), (32, 1))).save(tmp_path / "target.png")
    assert call("run", "pattern:./target.png", *EVOLVED, "generations=6", "bias=0.5").exit_code == 0
    return Run(next(Path("runs").iterdir()).resolve())


def test_runs_show_their_ancestry(pattern: Run) -> None:
    path = Path(call("paint", "--ancestry", "--size", "64").output.strip())
    assert path.resolve() == pattern.media / "pattern-ancestry.png"
    for suffix in ("webp", "gif"):
        assert call("paint", "--ancestry", "--champion", "final", "--size", "64", "--out", f"a.{suffix}").exit_code == 0
        with Image.open(f"a.{suffix}") as film:
            assert film.size[0] == 64
            assert 1 < getattr(film, "n_frames", 1) <= 6


def test_another_champion_is_painted(pattern: Run) -> None:
    assert call("paint", "--size", "16", "--champion", "final", "--out", "a.png").exit_code == 0
    genome = load_genome(pattern.champion("final"))
    genome.links["weight"][genome.links["source"] == 3] *= 0.5
    with Image.open("a.png") as picture:
        assert np.array_equal(np.asarray(picture), paint(genome, Canvas(16, 16)))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--ancestry", "--features"], "one picture at a time: --features or --ancestry"),
        (["--ancestry", "--out", "a.svg"], "unknown kind of file for an ancestry '.svg'"),
        (["--ancestry", "--champion", "40"], "has no generation 40; its last is 5"),
        (["--ancestry", "--size", "30000", "--out", "a.webp"], "of memory; the most is 1 GiB"),
        (["--population", "--champion", "final"], "--population paints all"),
        (["some.npz", "--ancestry"], "some.npz is a genome; --ancestry needs a run"),
        (["some.npz", "--champion", "final"], "--champion final chooses among those of a run"),
    ],
)
def test_bad_input_is_told(words: list[str], message: str, pattern: Run) -> None:
    result = call("paint", *words)
    assert result.exit_code == 2
    assert message in result.stderr
