"""Running a benchmark from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer
from rich.console import Console

from neatcore.errors import InputError, TaskError


def run(main: Callable[..., None]) -> None:
    """Run `main` with the words of the command line; what a person can mend ends it with a line, not a traceback."""
    try:
        typer.run(main)
    except (InputError, TaskError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"error: {error}", markup=False)
        sys.exit(2)
