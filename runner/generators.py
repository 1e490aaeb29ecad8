"""The generator whose latent space a run searches: kept with the run, which so stands alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from typing import Any

from runner.directory import Run
from runner.disk import replacing, write_text
from runner.toml import dumps

SECTION, KEY = "encoding", "generator"

Sections = Mapping[str, Mapping[str, Any]]


def keep_generator(run: Run, sections: Sections) -> None:
    """The generator that the settings name, if any, among the files of a run, and the settings with its name there.

    The name tells its contents, so that runs of equal settings have the same generator.
    """
    named = sections.get(SECTION, {}).get(KEY)
    if named:
        name = f"generator-{sha256(Path(named).read_bytes()).hexdigest()[:12]}.npz"
        with replacing(run.path / name) as temporary:
            _copy(Path(named), temporary)
        write_text(run.config, dumps({**sections, SECTION: {**sections[SECTION], KEY: name}}))


def found_beside(sections: Sections, folder: Path) -> Sections:
    """The settings with the path of a generator that lies in the same folder as they do."""
    named = sections.get(SECTION, {}).get(KEY)
    if not (isinstance(named, str) and named and (folder / named).is_file()):
        return sections
    return {**sections, SECTION: {**sections[SECTION], KEY: str(folder / named)}}


def _copy(source: Path, target: Path) -> None:
    """Champions are never written to again, so that a second name is as good as a copy, where the disk has such."""
    try:
        os.link(source, target)
    except OSError:
        copyfile(source, target)
