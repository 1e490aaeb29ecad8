"""The command line. Only names and options here: what a command needs is imported when it is called, so that help is instant."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from runner.begin import imports, new
from runner.display import Outcome
from runner.failure import INTERRUPTED, NOT_SOLVED, guarded, shown
from runner.options import (
    AsJson,
    Champion,
    Config,
    Data,
    Generations,
    Jobs,
    More,
    Origin,
    Out,
    Preset,
    RunName,
    RunNames,
    Seed,
    Seeds,
    Silence,
    Strict,
    Words,
)

if TYPE_CHECKING:
    from runner.settings import Settings

app = typer.Typer(
    name="neatcore",
    help="Evolve neural networks, or train what makes them: on the tasks here, on any gymnasium environment, on your own.",
    epilog="RUN is a path, a name in runs/ (or $NEATCORE_RUNS), the beginning of one, or `latest`.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(new, name="new")
app.add_typer(imports, name="import")


@app.callback()
def options(
    traceback: Annotated[bool, typer.Option("--traceback", help="show where in the code an error came from")] = False,
    version: Annotated[bool, typer.Option("--version", help="show the version")] = False,
) -> None:
    shown["traceback"] = traceback
    if version:
        from neatcore import __version__

        print(f"neatcore {__version__}")
        raise typer.Exit


@app.command()
@guarded
def tasks(as_json: AsJson = False) -> None:
    """List the tasks that have a name."""
    from runner.listing import print_tasks

    print_tasks(as_json=as_json)


@app.command()
@guarded
def run(
    words: Words = None,
    preset: Preset = None,
    config: Config = None,
    origin: Origin = None,
    data: Data = None,
    seed: Seed = 0,
    generations: Generations = None,
    out: Out = None,
    seeds: Seeds = 1,
    jobs: Jobs = 1,
    as_json: AsJson = False,
    quiet: Silence = False,
    require_solved: Strict = False,
) -> None:
    """Evolve networks that solve a TASK.

    TASK: a name, gym:ID, pattern:PICTURE, text:FILE, strokes:FILE, file.py:Class or module:Class.
    Settings come from the defaults, --preset, --config and key=value, the later over the earlier; see `neatcore config`.
    """
    from runner import commands

    settings = commands.settings_of(_words(words, generations), preset, config, origin, data)
    _run(settings, Series(seed, seeds, jobs, out, origin), as_json, quiet, require_solved)


@app.command()
@guarded
def train(
    words: Words = None,
    preset: Preset = None,
    config: Config = None,
    origin: Origin = None,
    data: Data = None,
    seed: Seed = 0,
    generations: Generations = None,
    out: Out = None,
    seeds: Seeds = 1,
    jobs: Jobs = 1,
    as_json: AsJson = False,
    quiet: Silence = False,
    require_solved: Strict = False,
) -> None:
    """Train networks, or what makes their weights, by gradient on the examples of a TASK.

    As `run`, with search=gradient; model=NAME says the encoding, such as static-hypernet, and so does encoding=NAME.
    `train agents task=TASK` trains generators of whole networks for a task.
    """
    from runner import commands
    from runner.presets import usual_training
    from runner.words import spelled

    words = spelled(words or [])
    usual = usual_training(words[0], words[1:]) if words and not (config or origin) else None
    settings = commands.settings_of(
        commands.training(_words(words, generations), preset, config, origin), preset or usual, config, origin, data
    )
    _run(settings, Series(seed, seeds, jobs, out, origin), as_json, quiet, require_solved)


@app.command()
@guarded
def resume(
    run: RunName = "latest",
    generations: More = None,
    as_json: AsJson = False,
    quiet: Silence = False,
    require_solved: Strict = False,
) -> None:
    """Go on with a run that was stopped, killed or finished."""
    from runner import commands

    _end([commands.resume_one(run, generations, as_json=as_json, quiet=quiet)], require_solved)


@app.command()
@guarded
def ls(runs: RunNames = None, as_json: AsJson = False) -> None:
    """List runs, the newest last."""
    from runner.listing import print_runs

    print_runs(runs or [], as_json=as_json)


@app.command()
@guarded
def show(
    run: RunName = "latest",
    as_json: AsJson = False,
    ancestry: Annotated[bool, typer.Option("--ancestry", help="instead, what changed from ancestor to ancestor")] = False,
) -> None:
    """Describe a run: outcome, settings, the champion's genes."""
    from runner.listing import print_ancestry, print_run

    (print_ancestry if ancestry else print_run)(run, as_json=as_json)


@app.command()
@guarded
def compare(
    runs: RunNames = None,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option(help="draw the curves into this .png or .svg file too")] = None,
) -> None:
    """Compare runs by their settings.

    Success rate, median and quartiles of generations and evaluations to the solution, and of the best fitness.
    """
    from runner.listing import print_comparison

    print_comparison(runs or [], as_json=as_json)
    if out:
        from runner.media import save_comparison

        save_comparison(runs or [], out)


@app.command()
@guarded
def replay(
    run: RunName = "latest",
    out: Annotated[Path | None, typer.Option(help="a .webp, .gif, .mp4 or .png file; without, media/champion.webp")] = None,
    champion: Champion = "best",
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="of the episode")] = 0,
) -> None:
    """Show the champion at work, as an animation."""
    from runner.media import save_replay

    print(save_replay(run, out, champion, seed))


@app.command()
@guarded
def plot(
    run: RunName = "latest",
    what: Annotated[
        list[str] | None,
        typer.Argument(
            help="such as fitness, species, champion, connectivity; all that the run has without; an unknown name lists them"
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="folder, or a .png or .svg file for a single plot")] = None,
    theme: Annotated[str, typer.Option(help="light or dark")] = "light",
) -> None:
    """Draw a run's plots as files."""
    from runner.media import save_plots

    for path in save_plots(run, what or [], out, theme):
        print(path)


@app.command()
@guarded
def paint(
    source: Annotated[str, typer.Argument(metavar="GENOME|RUN", help="a genome file, or a run for its champion")] = "latest",
    size: Annotated[str, typer.Option(help="pixels of a side, or WIDTHxHEIGHT; 512 without")] = "",
    out: Annotated[Path | None, typer.Option(help="the file; beside the genome, or in the run's media, without")] = None,
    features: Annotated[bool, typer.Option("--features", help="what every node of the network computes")] = False,
    sweep: Annotated[
        int | None, typer.Option(metavar="LINK", help="the effect of one link's weight: .png, .webp, .gif, .mp4")
    ] = None,
    population: Annotated[bool, typer.Option("--population", help="the pictures of a run's last population on a sheet")] = False,
    colour: Annotated[bool | None, typer.Option("--colour/--grey", help="as many outputs as it has, or brightness alone")] = None,
    ancestry: Annotated[
        bool, typer.Option("--ancestry", help="how a run's champion came to be: .png, or a film as .webp, .gif, .mp4")
    ] = False,
    champion: Annotated[str, typer.Option(help="of a run: best, final, or a generation's")] = "best",
    corners: Annotated[bool, typer.Option("--corners", help="outer pixels lie on the edges, as in Picbreeder's archive")] = False,
) -> None:
    """Paint the picture of a CPPN: a network that answers the colour of a place from x, y and the distance to the middle."""
    from runner.patterns import Wish, save_painting

    grey = None if colour is None else not colour
    print(save_painting(source, Wish(size, corners, grey, features, sweep, population, ancestry, champion), out))


@app.command()
@guarded
def sample(
    run: RunName = "latest",
    length: Annotated[int | None, typer.Option(min=1, help="characters, 400 without; or points of each drawing")] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0, help="below 1 more predictable, 1 as the network has it; 0.8 without")
    ] = None,
    prime: Annotated[str, typer.Option(help="what a text begins with; without, it begins with a line")] = "",
    count: Annotated[int | None, typer.Option(min=1, help="so many texts, 1 without; or drawings, 24 without")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="of what is drawn by chance")] = 0,
    champion: Champion = "best",
    networks: Annotated[
        int | None, typer.Option("--networks", "--agents", min=1, help="draw so many networks from a run's generator, or from each")
    ] = None,
    evaluate: Annotated[bool, typer.Option("--evaluate", help="with --networks: try them, alone and together")] = False,
    outliers: Annotated[
        Path | None, typer.Option(metavar="DIR", help="with --evaluate: a folder of notMNIST, whose letters they do not know")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="the file; without, texts are printed, all else is among the run's media")
    ] = None,
) -> None:
    """Let a network that learnt text:FILE or strokes:FILE make up more of it, or generators make networks."""
    from runner.sampling import Wish, save_sample

    wish = Wish(length, temperature, prime, count, seed, champion, networks, evaluate, outliers)
    print(save_sample(run, wish, out))


@app.command(context_settings={"ignore_unknown_options": True})
@guarded
def attack(
    words: Annotated[list[str] | None, typer.Argument(metavar="[RUN] --method NAME… --epsilon SIZE…", show_default=False)] = None,
    networks: Annotated[
        int, typer.Option(min=1, help="that are attacked together, and as many fresh ones that are asked then")
    ] = 10,
    pictures: Annotated[
        int | None, typer.Option(min=1, help="test pictures that are changed; without, 500 or as many as there are")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="of networks and pictures")] = 0,
    champion: Champion = "best",
    as_json: AsJson = False,
) -> None:
    """Change pictures so that networks drawn from a run's generator mistake them, and see whether fresh ones are in doubt.

    For example: neatcore attack latest --method fgsm pgd --epsilon 0.03 0.1 0.3
    """
    from runner import attacking

    reference, methods, epsilons = attacking.parse(words or [])
    attacking.print_attacks(reference, attacking.Plan(methods, epsilons, networks, pictures, seed), champion, as_json=as_json)


@app.command()
@guarded
def interpolate(
    run: RunName = "latest",
    first: Annotated[str, typer.Option("--from", metavar="A", help="a group, best, worst, or the number of a network")] = "worst",
    last: Annotated[str, typer.Option("--to", metavar="B", help="the same; a group stands for many of its networks")] = "best",
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="of what is drawn by chance")] = 0,
    out: Annotated[Path | None, typer.Option(help="a .png or .svg file; without, among the run's media")] = None,
    as_json: AsJson = False,
) -> None:
    """Go from network A of a run of `train agents` to network B, and beyond: in the latent space, and among weights."""
    from runner.agents import save_lines

    path = save_lines(run, (first, last), seed, out, as_json=as_json)
    if not as_json:
        print(path)


@app.command(context_settings={"ignore_unknown_options": True})
@guarded
def scale(
    words: Annotated[list[str] | None, typer.Argument(metavar="[RUN] --PARAMETER VALUE…", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a champion again at other values of a parameter of its task, such as a higher resolution, without more evolution.

    For example: neatcore scale latest --resolution 33 55
    """
    from runner import scaling

    scaling.scale(*scaling.parse(words or []), as_json=as_json)


@app.command()
@guarded
def report(
    runs: Annotated[list[str] | None, typer.Argument(metavar="RUN", help="one run, or several for one page")] = None,
    out: Annotated[Path | None, typer.Option(help="the file; without, report.html in the run's directory")] = None,
) -> None:
    """Write a page about a run, as one HTML file."""
    from runner.media import save_report

    print(save_report(runs or ["latest"], out))


@app.command()
@guarded
def config(words: Words = None, preset: Preset = None, config: Config = None, as_json: AsJson = False) -> None:
    """Explain every key: value, range and meaning.

    With a TASK its parameters too; search=… and encoding=… choose which keys there are.
    """
    from runner.listing import print_keys

    print_keys(words or [], preset, config, as_json=as_json)


@app.command()
@guarded
def demo(out: Annotated[Path | None, typer.Option(help="folder for its folder of runs, instead of runs/")] = None) -> None:
    """Evolve three networks in half a minute, and write a page about them."""
    from runner.demo import demonstrate

    _end(demonstrate(out), require_solved=False)


class Series(NamedTuple):
    """The options of `run` that say which seeds, how many side by side, where, and from which run."""

    seed: int
    seeds: int
    jobs: int
    out: Path | None
    origin: str | None


def _words(words: list[str] | None, generations: int | None) -> list[str]:
    return [*(words or []), *([f"run.generations={generations}"] if generations else [])]


def _run(settings: Settings, series: Series, as_json: bool, quiet: bool, require_solved: bool) -> None:
    """One run, or one for each seed."""
    from runner import commands

    if series.seeds == 1:
        wanted = commands.Wanted(series.seed, series.out, command_line(), series.origin)
        _end([commands.run_one(settings, wanted, as_json=as_json, quiet=quiet)], require_solved)
        return
    if series.origin:
        raise typer.BadParameter("goes with one run at a time, not with --seeds", param_hint="--from")
    seeds = range(series.seed, series.seed + series.seeds)
    _end(commands.run_many(settings, seeds, series.out, command_line(), series.jobs, as_json=as_json), require_solved)


def command_line() -> str:
    """The command that was typed."""
    return shlex.join(["neatcore", *sys.argv[1:]])


def _end(outcomes: Sequence[Outcome], require_solved: bool) -> None:
    """Leave with the exit code that the outcomes of runs deserve."""
    if any(outcome.status == "interrupted" for outcome in outcomes):
        raise typer.Exit(INTERRUPTED)
    if require_solved and not all(outcome.solved for outcome in outcomes):
        raise typer.Exit(NOT_SOLVED)


def main() -> None:
    """Entry point of the console script. --traceback may stand anywhere."""
    words = [word for word in sys.argv[1:] if word != "--traceback"]
    app(["--traceback", *words] if len(words) < len(sys.argv) - 1 else words)


if __name__ == "__main__":
    main()
