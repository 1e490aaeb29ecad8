"""The commands within `new` and `import`, which write a file to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from runner.failure import guarded

new = typer.Typer(help="Write a file to begin with.", rich_markup_mode=None, no_args_is_help=True)
imports = typer.Typer(help="Read genomes of other programs.", rich_markup_mode=None, no_args_is_help=True)


@new.command("task")
@guarded
def new_task(path: Annotated[Path, typer.Argument(help="the file to write")] = Path("mytask.py")) -> None:
    """Write a commented task of your own that runs as it is."""
    from runner.commands import write_template

    write_template(path)


@imports.command("picbreeder")
@guarded
def from_picbreeder(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Picbreeder's XML, plain or zipped")],
    out: Annotated[Path | None, typer.Option(help="a .npz or .json file; NAME.npz in this folder without")] = None,
) -> None:
    """Read a genome of Picbreeder, to paint it or to evolve on from it."""
    from runner.patterns import import_picbreeder

    print(import_picbreeder(path, out))
