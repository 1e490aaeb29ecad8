"""The documentation works: every command and snippet in it runs, every link leads somewhere, every table is complete.

Comments in the Markdown say what a block is: `not run by the tests: WHY`, `save as FILE` for the blocks after it, or
`quoted from FILE`, whose lines it must have. The blocks of a page run in order, in a folder of the page.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from hypernets.agents.generator import AgentsConfig
from hypernets.agents.search import AgentSearchConfig
from hypernets.gradient import GradientConfig
from hypernets.hypergan import HyperGanConfig
from hypernets.lifetime import LearningConfig
from hypernets.recurrent.config import HyperLstmConfig, HyperRnnConfig
from hypernets.targets import StaticConfig
from neatcore.activations import NAMES
from neatcore.cosyne import CosyneConfig
from neatcore.mapelites import MapElitesConfig
from neatcore.neat.config import NeatConfig
from neatcore.novelty import NoveltyConfig
from neatcore.parameters import Parameters
from neatcore.plastic import PlasticConfig
from runner.cli import app
from runner.presets import PRESETS
from substrates.config import SubstrateConfig
from substrates.dct import DctConfig
from substrates.evolvable.config import EsHyperNeatConfig
from substrates.fixed import FixedConfig
from substrates.hyperneat import HyperNeatConfig
from substrates.questions import LocalConfig
from tasks.registry import BY_FILE, KINDS, OWN, TASKS

ROOT = Path(__file__).parents[1]
RUN = (
    "README.md",
    "docs/design.md",
    "docs/neat.md",
    "docs/hyperneat.md",
    "docs/es-hyperneat.md",
    "docs/plastic.md",
    "docs/tasks.md",
    "docs/command-line.md",
    "docs/own-encoding.md",
    "docs/patterns.md",
    "docs/training.md",
    "docs/hypernetworks.md",
    "docs/recurrent.md",
    "docs/learning.md",
    "docs/compressed.md",
    "docs/novelty.md",
    "docs/hypergan.md",
    "docs/agents.md",
)
PAGES = (*RUN, "CONTRIBUTING.md", "CHANGELOG.md")
NOT_RUN = {"README.md": ["installs", "installs"]}  # why blocks are left out
BLOCK = re.compile(r"(?:<!-- (?P<note>[^>]*) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")


@dataclass(frozen=True)
class Block:
    """One fenced block, the line it begins at, and the comment above it."""

    line: int
    language: str
    text: str
    note: str

    def told(self, what: str) -> str:
        """What follows `what` in the comment; empty where it says something else."""
        return self.note.removeprefix(what).strip() if self.note.startswith(what) else ""

    @property
    def commands(self) -> list[str]:
        return [line.removeprefix("$ ") for line in self.text.splitlines() if line.startswith("$ ")]


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> Iterator[Block]:
    text = read(page)
    for found in BLOCK.finditer(text):
        yield Block(text[: found.start("text")].count("\n"), found["language"], found["text"], (found["note"] or "").strip())


def execute(code: str, folder: Path, where: str) -> None:
    """A Python block, in a program of its own whose warnings are errors."""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": "."}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{where}: exit code {done.returncode}\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}"


def call(command: str, where: str) -> None:
    """A command of neatcore, in this process and the current folder."""
    program, *words = shlex.split(command, comments=True)
    assert program == "neatcore", f"{where}: {command}"
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, f"{where} {command}: exit code {result.exit_code}\n{result.output[-2000:]}"


def quoted(block: Block) -> None:
    """Every line of the block stands in the file, in that order."""
    source = iter([line.strip() for line in read(block.told("quoted from")).splitlines()])
    for line in filter(None, map(str.strip, block.text.splitlines())):
        assert line in source, f"{line!r} is not in {block.told('quoted from')}, or not in that place"


@pytest.mark.parametrize("page", RUN)
def test_what_a_page_prints_works(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEATCORE_RUNS", raising=False)
    for block in blocks(page):
        where = f"{page}:{block.line}"
        if block.told("not run by the tests:"):
            continue
        if block.told("quoted from"):
            quoted(block)
        elif name := block.told("save as"):
            (tmp_path / name).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            execute(block.text, tmp_path, where)
        elif block.language == "console":
            assert block.commands, f"{where} has no command"
            for command in block.commands:
                call(command, where)


@pytest.mark.parametrize("page", RUN)
def test_few_blocks_are_left_out(page: str) -> None:
    assert [why for block in blocks(page) if (why := block.told("not run by the tests:"))] == NOT_RUN.get(page, [])


def test_the_whole_program_is_short() -> None:
    (program,) = (block for block in blocks("README.md") if block.language == "python")
    assert sum(bool(line.strip()) for line in program.text.splitlines()) <= 25


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for found in LINK.finditer(read(page)):
        target, _, anchor = (found[1] or found[2]).partition("#")
        if target.startswith("http"):
            continue
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), f"{page}: no {target}"
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), f"{page}: no heading #{anchor} in {target}"


def anchors(text: str) -> set[str]:
    """Headings as GitHub names them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", ["champion-light.png", "champion-dark.png"])
def test_the_picture_is_small(name: str) -> None:
    assert (ROOT / "docs" / "images" / name).stat().st_size < 200_000


def first_cells(page: str) -> set[str]:
    """What stands in code at the beginning of a table's rows."""
    return set(re.findall(r"^\| `([^`]*)`", read(page), re.MULTILINE))


ELSEWHERE: dict[type[Parameters], type[Parameters]] = {EsHyperNeatConfig: LocalConfig}  # what docs/hyperneat.md explains


@pytest.mark.parametrize(
    ("page", "config"),
    [
        ("docs/neat.md", NeatConfig),
        ("docs/hyperneat.md", HyperNeatConfig),
        ("docs/plastic.md", PlasticConfig),
        ("docs/training.md", GradientConfig),
        ("docs/hypernetworks.md", StaticConfig),
        ("docs/recurrent.md", HyperRnnConfig),
        ("docs/recurrent.md", HyperLstmConfig),
        ("docs/learning.md", LearningConfig),
        ("docs/compressed.md", DctConfig),
        ("docs/compressed.md", CosyneConfig),
        ("docs/novelty.md", NoveltyConfig),
        ("docs/novelty.md", MapElitesConfig),
        ("docs/hypergan.md", HyperGanConfig),
        ("docs/agents.md", AgentSearchConfig),
        ("docs/agents.md", AgentsConfig),
        ("docs/es-hyperneat.md", EsHyperNeatConfig),
    ],
)
def test_every_option_is_explained_with_its_default(page: str, config: type[Parameters]) -> None:
    elsewhere = ELSEWHERE[config].model_fields if config in ELSEWHERE else {}
    for name, field in config.model_fields.items():
        if name in elsewhere:
            continue
        row = re.search(rf"^\| `{name}` \| ([^|]*) \|", read(page).split("## Every option")[1], re.MULTILINE)
        assert row, f"{page} does not explain {name}"
        assert row[1].strip("`") == written(field.default), f"{page}: default of {name}"


def test_fixed_topologies_have_the_options_that_the_page_says() -> None:
    assert list(FixedConfig.model_fields) == list(SubstrateConfig.model_fields) == list(HyperNeatConfig.model_fields)[:8]


def written(default: object) -> str:
    match default:
        case bool():
            return str(default).lower()
        case "":
            return "none"
        case tuple():
            return str(list(default))
        case dict():
            return "{" + ", ".join(f"{name} = {share}" for name, share in default.items()) + "}"
    return str(default)


def test_every_activation_task_command_and_preset_is_there() -> None:
    assert set(NAMES) <= first_cells("docs/neat.md")
    headings = " ".join(re.findall(r"^## (.*)$", read("docs/tasks.md"), re.MULTILINE))
    assert all(f"`{name}`" in headings for name in [*TASKS, *KINDS, *OWN, *BY_FILE])
    commands = {cell.split()[0] for cell in first_cells("docs/command-line.md")}
    assert set(get_command(app).commands) <= commands  # type: ignore[attr-defined]
    assert all(f"`{name}`" in read("docs/command-line.md") for name in PRESETS)
