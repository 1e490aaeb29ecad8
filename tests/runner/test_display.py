from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from runner import tables
from runner.display import Facts, Json, Lines, Outcome, Quiet, choose, count, ending
from runner.live import CURVE, Curve, Live, bar, clock

FACTS = Facts(Path("runs/xor-1"), "xor", "neat", "direct", 1, 100)
ROW = {
    "generation": 9,
    "evaluations": 1500,
    "best": 12.5,
    "median": 8.0,
    "mean": 7.5,
    "solved": False,
    "species": [{"id": 3, "size": 100}, {"id": 12, "size": 50}],
    "hidden_best": 1,
    "links_best": 7,
}


def outcome(**changes: Any) -> Outcome:
    values = {"status": "solved", "generations": 10, "evaluations": 1500, "best": 12.5, "solved": True}
    return Outcome(**{"run": FACTS.run, "solved_generations": 10, "solved_evaluations": 1500, **values, **changes})


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_panel_fits_the_terminal(width: int) -> None:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    live = Live(console)
    with live.showing(FACTS):
        for number in range(10):
            live.generation({**ROW, "generation": number, "best": float(number)})
        console.print(live.panel())
    lines = [line for line in console.file.getvalue().splitlines() if "generation" in line]  # type: ignore[attr-defined]
    assert lines
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for words in ("xor", "generation 10", "1,500 evaluations", "2 species", "1 hidden node, 7 links", "▁", "█"):
        assert words in text


def test_the_panel_waits_and_tells_what_for() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    live = Live(console)
    with live.showing(FACTS):
        live.notice("compiling kernels (first run only)…")
        console.print(live.panel())
    assert "compiling kernels" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_curve_of_any_length_is_short_and_keeps_its_shape() -> None:
    curve = Curve()
    for number in range(10_000):
        curve.add(float(number))
    drawn = curve.drawn(curve.low, curve.high)
    assert CURVE // 2 <= len(drawn) <= CURVE
    assert list(drawn) == sorted(drawn)
    assert (drawn[0], drawn[-1]) == ("▁", "█")


def test_a_level_curve_is_level() -> None:
    curve = Curve()
    for _ in range(3):
        curve.add(1.0)
    assert curve.drawn(1.0, 1.0) == "▁▁▁"


@pytest.mark.parametrize("sizes", [[150], [100, 50], [1] * 149, [148, 1, 1]])
def test_the_bar_of_species_is_always_as_long(sizes: list[int]) -> None:
    parts = bar([{"id": number, "size": size} for number, size in enumerate(sizes)], 50)
    assert sum(len(text) for text, _ in parts) == 50


@pytest.mark.parametrize(("seconds", "text"), [(7.9, "0:07"), (754, "12:34"), (3723, "1:02:03")])
def test_time_is_written_as_clocks_do(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_the_end_is_told_with_what_can_be_done_next() -> None:
    assert ending(outcome()).splitlines() == [
        "solved in 10 generations, 1,500 evaluations, best fitness 12.5",
        "runs/xor-1",
        "see it with: neatcore report runs/xor-1",
    ]
    stopped = outcome(status="interrupted", solved=False, solved_generations=None, solved_evaluations=None, generations=1)
    assert ending(stopped).splitlines() == [
        "stopped after 1 generation, best fitness 12.5",
        "go on with: neatcore resume runs/xor-1",
    ]
    assert count(0, "link") == "0 links"


@pytest.mark.parametrize(
    ("as_json", "quiet", "kind"), [(True, False, Json), (True, True, Json), (False, True, Quiet), (False, False, Lines)]
)
def test_the_display_suits_the_output(as_json: bool, quiet: bool, kind: type) -> None:
    assert type(choose(as_json=as_json, quiet=quiet)) is kind


def test_a_table_in_a_pipe_is_plain_and_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    tables.print_table(("name", "number"), [("a", "1"), ("long [name]", "1,000")], right=("number",))
    assert capsys.readouterr().out == "name         number\na                 1\nlong [name]   1,000\n"


def test_a_table_on_a_terminal_is_folded(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    tables.print_table(("name", "meaning"), [("[key]", "word " * 20)])
    out = re.sub(r"\x1b\[\d+m", "", capsys.readouterr().out)
    assert "[key]" in out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 40
