"""The arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from runner.failure import NOT_SOLVED

Words = Annotated[list[str] | None, typer.Argument(metavar="TASK [key=value]", show_default=False)]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="which run")]
RunNames = Annotated[list[str] | None, typer.Argument(metavar="RUN", help="runs, folders of runs, patterns; all without")]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON object a line")]
Silence = Annotated[bool, typer.Option("--quiet", "-q", help="only the outcome")]
Preset = Annotated[str | None, typer.Option("--preset", help="settings of a published experiment, such as stanley2002")]
Config = Annotated[Path | None, typer.Option("--config", help="a TOML file of settings, such as a run's config.toml")]
More = Annotated[int | None, typer.Option("--generations", min=1, help="go on for so many more, even if it was finished")]
Origin = Annotated[
    str | None, typer.Option("--from", metavar="RUN", help="begin with the last genomes of a run, and with its settings")
]
Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="folder of the task's data set, short for data=DIR")]
Seed = Annotated[int, typer.Option(min=0, help="of all randomness: the same seed gives the same run")]
Generations = Annotated[int | None, typer.Option(min=1, help="short for generations=N")]
Out = Annotated[Path | None, typer.Option(help="folder for the run directory, instead of runs/")]
Seeds = Annotated[int, typer.Option(min=1, help="so many runs, on consecutive seeds")]
Jobs = Annotated[int, typer.Option(min=1, help="of those, so many side by side")]
Strict = Annotated[bool, typer.Option("--require-solved", help=f"exit code {NOT_SOLVED} unless the task is solved")]
Champion = Annotated[str, typer.Option(help="best, final, or the generation of a saved one")]
