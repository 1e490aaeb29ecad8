"""What the commands that evolve do, once their options are read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from neatcore.errors import InputError, require, unknown
from runner import session
from runner.directory import Run, find_run, runs_root, slug
from runner.display import Outcome, choose, result, said
from runner.parts import ENCODINGS
from runner.presets import EVOLVED, PAINTED, PRESETS, USUAL, Sections
from runner.series import run_series
from runner.settings import Draft, Layer, Settings, draft, file_layer, preset_layers
from runner.words import Word
from tasks.registry import find_task


def draft_of(words: Sequence[str], preset: str | None, file: Path | None) -> Draft:
    """Settings from a command line: the first word is the task unless it is a key=value."""
    task, pairs = _task_and_pairs(words)
    written = [file_layer(file)] if file else []
    named = task or str(written[0].sections.get("run", {}).get("task", "") if written else "")
    usual = USUAL.get(named, "")
    preset = preset or ("" if file or _elsewhere(pairs, usual) else usual)
    chosen = preset_layers(preset, named) if preset else []
    return draft(task, pairs, [*([] if written else [Layer(_suited(named, pairs, chosen), "the task")]), *chosen, *written])


def _suited(task: str, pairs: Sequence[str], chosen: Sequence[Layer]) -> Sections:
    """What the search or the encoding changes of a task's defaults, and of its own."""
    if task.startswith("pattern:"):
        return PAINTED.get(_named("encoding", pairs, chosen), {})
    return EVOLVED.get(task, {}) if _named("search", pairs, chosen) != "gradient" else {}


def _elsewhere(pairs: Sequence[str], preset: str) -> bool:
    """Whether the words choose another encoding or search than a preset has, with which it need not go."""
    usual = PRESETS[preset]["run"] if preset else {}
    words = [Word.of(pair) for pair in pairs]
    return any(word.names("run", key) and word.text != usual.get(key) for word in words for key in ("encoding", "search"))


def _named(key: str, pairs: Sequence[str], chosen: Sequence[Layer]) -> str:
    """The search or the encoding, as the words or else the layers below them have it; empty where none does."""
    said = [word.text for word in map(Word.of, pairs) if word.names("run", key)]
    found = [layer.sections.get("run", {}).get(key) for layer in chosen] + said
    return next((str(name) for name in reversed(found) if name), "")


def settings_of(
    words: Sequence[str], preset: str | None, file: Path | None, origin: str | None = None, data: Path | None = None
) -> Settings:
    """The same, checked. origin: a run whose settings come first, instead of a preset or a file. data: the folder of `--data`."""
    require(not (origin and (preset or file)), "--from brings the settings of its run, and leaves no room for --preset or --config")
    found = _draft_from(find_run(origin), *_task_and_pairs(words)) if origin else draft_of(words, preset, file)
    return (_reading(found, data) if data else found).build()


def _reading(found: Draft, data: Path) -> Draft:
    """The same with `data` as the folder that the task reads; InputError where it reads none."""
    task = found.models.get("task")
    if found.kind and not (task and "data" in task.model_fields):
        raise InputError(f"task {found.kind.reference} reads no folder of data: leave --data {data} out")
    return replace(found, layers=[*found.layers, Layer({"task": {"data": str(data)}}, "--data")])


def training(words: Sequence[str], preset: str | None = None, file: Path | None = None, origin: str | None = None) -> list[str]:
    """The same words for `run`: model=NAME is encoding=NAME, and the search follows the gradient, as far as a preset, a file or a
    run, whose settings come first, do not say so anyway."""
    task, pairs = _task_and_pairs(words)
    for pair in pairs:
        key = pair.partition("=")[0]
        if key != "model" and get_close_matches(key, ["model"], cutoff=0.75):
            raise unknown("key", key, ["model"])
    named = [_model_of(pair.removeprefix("model=")) if pair.startswith("model=") else pair for pair in pairs]
    said = {key for pair in map(Word.of, named) for key in ("search", "encoding") if pair.names("run", key)}
    if "search" in said:
        raise InputError("train follows the gradient; for another search write: neatcore run TASK search=NAME")
    models = [pair for pair in named if Word.of(pair).names("run", "encoding")]
    require(len(models) < 2, f"model=NAME is short for encoding=NAME, and both are named: {', '.join(models)}")
    theirs = _run_section(preset, file, origin)
    kind = "agents" if task.startswith("agents:") else ""
    search = [] if theirs.get("search") in ("gradient", "agents") else [f"search={kind or 'gradient'}"]
    usual = [] if "encoding" in said or "encoding" in theirs else [f"encoding={kind or 'dense'}"]
    return [*([task] if task else []), *search, *usual, *named]


def _run_section(preset: str | None, file: Path | None, origin: str | None) -> Mapping[str, Any]:
    """What a run, a file or a preset says in [run]; nothing where none is named."""
    if origin or file:
        return file_layer(find_run(origin).config if origin else cast(Path, file)).sections.get("run", {})
    return PRESETS.get(preset or "", {}).get("run", {})


def _model_of(name: str) -> str:
    """encoding=NAME; InputError with the nearest that has a gradient, where there is no such encoding, nor a run of that name."""
    word = f"encoding={name}"
    if name not in ENCODINGS and _generator_of(word) == [word]:
        raise unknown("model", name, [known for known, part in ENCODINGS.items() if part.build.startswith("hypernets.")])
    return word


def _task_and_pairs(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    task, pairs = (words[0], words[1:]) if words and "=" not in words[0] else ("", words)
    return task, [word for pair in pairs for word in _generator_of(_champion_of(pair))]


def _champion_of(pair: str) -> str:
    """`trained=RUN` or `genome=RUN` as the file of the run's champion; other words as they are."""
    name, _, text = pair.partition("=")
    if name.rpartition(".")[2].strip() not in ("trained", "genome") or not text.strip() or Path(text.strip()).is_file():
        return pair
    return f"{name}={find_run(text.strip()).champion().resolve()}"


def _generator_of(pair: str) -> list[str]:
    """`encoding=RUN` as the words for the latent space of the run's generator; other words, and names of no run, as they are."""
    word = Word.of(pair)
    if not word.names("run", "encoding") or word.text in ENCODINGS:
        return [pair]
    try:
        run = find_run(word.text)
    except InputError:
        if "/" in word.text:  # no name of an encoding
            raise
        return [pair]
    from runner.latent import latent_words

    return latent_words(run)


def _draft_from(origin: Run, task: str, pairs: Sequence[str]) -> Draft:
    """The settings of a run, and the pairs over them, but not those of its task, search or encoding where another is named."""
    layer = file_layer(origin.config)
    for key in ("task", "search", "encoding"):
        require(key in layer.sections.get("run", {}), f"{origin.config} names no {key} (run.{key})")
    theirs = str(layer.sections["run"]["task"])
    sections = dict(layer.sections)
    if task and find_task(task).reference != theirs:
        sections.pop("task", None)
    for pair in map(Word.of, pairs):
        for part in ("search", "encoding"):
            if pair.names("run", part) and pair.text != layer.sections["run"][part]:
                sections.pop(part, None)
    return draft(task or theirs, pairs, [Layer(sections, layer.origin)])


@dataclass(frozen=True)
class Wanted:
    """A run to begin: its seed, where it is kept, the command that was typed, a run whose last genomes it begins with."""

    seed: int
    out: Path | None
    command: str
    origin: str | None = None


def run_one(settings: Settings, wanted: Wanted, *, as_json: bool, quiet: bool) -> Outcome:
    origin = find_run(wanted.origin) if wanted.origin else None
    display = choose(as_json=as_json, quiet=quiet)
    return session.start(settings, wanted.seed, runs_root(wanted.out), wanted.command, display, origin=origin)


def resume_one(reference: str, more: int | None, *, as_json: bool, quiet: bool) -> Outcome:
    return session.resume(find_run(reference), more, choose(as_json=as_json, quiet=quiet))


def run_many(
    settings: Settings, seeds: Sequence[int], out: Path | None, command: str, jobs: int, *, as_json: bool
) -> list[Outcome]:
    """Several seeds, a line each as they end, then what they have in common."""
    from runner.compare import summary
    from runner.listing import print_groups

    outcomes: list[Outcome] = []
    for outcome in run_series(settings, seeds, runs_root(out), command, jobs):
        outcomes.append(outcome)
        print(json.dumps(outcome.as_json()) if as_json else f"{outcome.run}  {result(outcome)}", flush=True)
    ended = [outcome for outcome in outcomes if outcome.status != "interrupted"]
    if not as_json:
        print()
        if ended:
            print_groups([summary(slug(settings.run.task), ended)])
        for outcome in outcomes:
            if outcome.status == "interrupted":
                print(f"go on with: neatcore resume {said(outcome.run)}")
        if left := seeds[len(outcomes) :]:
            print(f"not begun: seed{'s' * (len(left) > 1)} {', '.join(map(str, left))}")
    return outcomes


def write_template(path: Path) -> None:
    """Write the commented task to begin with; a file that is there stays as it is."""
    if path.suffix != ".py":
        raise InputError(f"{path} must end in .py, such as {path.with_suffix('.py')}")
    text = files("runner").joinpath("templates/task.py.txt").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text.replace("./NAME-OF-THIS-FILE.py", str(path)))
    except FileExistsError:
        raise InputError(f"{path} is there already; choose another name: neatcore new task PATH") from None
    print(f"{path}\nrun it with: neatcore run {said(path)}")
