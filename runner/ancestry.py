"""Ancestry: the genomes of every generation with the rows of their parents, in files; and the way back from a champion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from neatcore.activations import NAMES
from neatcore.errors import InputError, require
from neatcore.files import genome_of, npz, read_npz
from neatcore.genome import Genome, Genomes, Tables
from neatcore.interfaces import Array, Generation, Ints
from runner.directory import Run
from runner.disk import write_bytes
from runner.settings import file_layer

FORMAT = "neatcore ancestry 1"
WHOLE = ("champion", "mothers", "fathers", "node_starts", "link_starts")  # arrays of whole numbers


@runtime_checkable
class Breeding(Protocol):
    """A search of graph genomes that knows the parents (P,) of those last asked for, as rows of the generation before.

    -1 is nobody: in the first generation, and as the father where there was no crossover.
    """

    @property
    def mothers(self) -> Ints: ...

    @property
    def fathers(self) -> Ints: ...


@dataclass(frozen=True)
class Brood:
    """One generation as it was kept. champion: its row. mothers, fathers (P,): rows of the generation before, or -1."""

    path: Path
    activations: Array  # the names that codes in the tables stand for
    champion: int
    mothers: Ints
    fathers: Ints
    genomes: Genomes

    def genome(self, row: int) -> Genome:
        """A copy of one genome, checked."""
        found = self.genomes[row]
        tables = {"nodes": found.nodes, "links": found.links.copy(), "activations": self.activations}
        tables |= {} if found.rules is None else {"rules": found.rules}
        return genome_of(self.path, tables)


class Ancestor(NamedTuple):
    """crossed: whether it had a father besides its mother, who is the ancestor in the generation before."""

    generation: int
    genome: Genome
    crossed: bool


def breeding(search: Any, name: str) -> Breeding:
    """The search, if it knows parents; InputError where it does not."""
    if isinstance(search, Breeding):
        return search
    raise InputError(f"ancestry=true needs genomes that have mothers; those of search={name} have none: leave it out")


def write(folder: Path, generation: Generation[Any], parents: Breeding) -> None:
    """Keep the genomes that were just evaluated, and who their parents are."""
    genomes = Genomes.of(generation.genomes)
    arrays = {
        "format": np.array(FORMAT),
        "activations": np.array(NAMES),
        "champion": np.array(generation.best),
        "mothers": parents.mothers,
        "fathers": parents.fathers,
        **genomes.tables._asdict(),
        **({} if genomes.rules is None else {"rules": genomes.rules}),
    }
    write_bytes(path_of(folder, generation.number), npz(arrays))


def read(path: Path) -> Brood:
    """The generation in `path`; InputError where that is not what `write` wrote."""
    require(path.exists(), f"{path} is missing; without it the line of ancestors is broken")
    arrays = read_npz(path)
    require(str(arrays.get("format", "")) == FORMAT, f"{path} is no file of ancestors")
    missing = {"activations", *WHOLE, *Tables._fields} - set(arrays)
    require(not missing, f"{path} lacks {', '.join(sorted(missing))}")
    size = arrays["mothers"].size
    shapes = dict(zip(WHOLE, [(), (size,), (size,), (size + 1,), (size + 1,)]))
    fits = all(arrays[name].dtype.kind == "i" and arrays[name].shape == shape for name, shape in shapes.items())
    require(fits and 0 <= arrays["champion"] < size, f"{path} is damaged: its tables do not fit together")
    genomes = Genomes(**{name: arrays[name] for name in Tables._fields}, rules=arrays.get("rules"))
    return Brood(path, arrays["activations"], int(arrays["champion"]), arrays["mothers"], arrays["fathers"], genomes)


def path_of(folder: Path, generation: int) -> Path:
    """The file of one generation."""
    return folder / f"{generation:06d}.npz"


def forget(folder: Path, generation: int) -> None:
    """Remove the files of `generation` and of those after it."""
    for path in folder.glob("*.npz"):
        if not path.stem.isdigit() or int(path.stem) >= generation:
            path.unlink()


def ancestors(run: Run, champion: str = "best") -> Iterator[Ancestor]:
    """A champion, its mother, her mother, … back to generation 0.

    champion: the best one, that of the last generation (`final`), or that of any generation. InputError where the run kept no
    genomes, or where a file of them is missing or damaged.
    """
    kept = file_layer(run.config).sections.get("run", {}).get("ancestry", False)
    require(kept, f"run {run.name} kept no ancestors; one that does begins with: neatcore run TASK ancestry=true")
    row: int | None = None
    for generation in range(_generation(run, champion), -1, -1):
        brood = read(path_of(run.ancestry, generation))
        row = brood.champion if row is None else row
        require(0 <= row < len(brood.mothers), f"{brood.path} is damaged: it has no genome {row}, which has a child")
        yield Ancestor(generation, brood.genome(row), int(brood.fathers[row]) not in (-1, brood.mothers[row]))
        row = int(brood.mothers[row])


def _generation(run: Run, champion: str) -> int:
    """The generation that a champion is of."""
    if champion == "best":
        return int(run.champion().stem)
    last = len(run.rows()) - 1
    if not champion.isdigit():
        run.champion(champion)  # an InputError where there is none
        return last
    require(int(champion) <= last, f"run {run.name} has no generation {champion}; its last is {last}")
    return int(champion)
