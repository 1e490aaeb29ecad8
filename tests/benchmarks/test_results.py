from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.figures import growth, histogram, strips
from benchmarks.results import Result, read_csv, table, write_csv, write_figure
from neatcore.interfaces import Floats


def test_numbers_stand_on_the_right() -> None:
    assert table(("name", "mean"), [("a", "1,234"), ("b", "–")]).splitlines() == [
        "| name | mean |",
        "| --- | ---: |",
        "| a | 1,234 |",
        "| b | – |",
    ]


def test_rows_come_back_from_a_file(tmp_path: Path) -> None:
    write_csv(tmp_path / "rows.csv", [{"name": "a, b", "seed": 1}, {"name": "c", "seed": 2}])
    assert read_csv(tmp_path / "rows.csv") == [{"name": "a, b", "seed": "1"}, {"name": "c", "seed": "2"}]
    assert read_csv(tmp_path / "none.csv") == []


def test_a_page_and_its_line_in_the_index(tmp_path: Path) -> None:
    for name in ("second", "first"):
        Result(name, f"The {name}", f"Found {name}.", f"python -m benchmarks.{name}", "Body.").write(tmp_path)
    page = (tmp_path / "first.md").read_text()
    assert page.startswith("# The first\n\nFound first.\n\nMade by `python -m benchmarks.first` with Python 3.")
    assert page.endswith("\n\nBody.\n")
    assert (tmp_path / "README.md").read_text().splitlines()[-2:] == [
        "- [The first](first.md): Found first. `python -m benchmarks.first`",
        "- [The second](second.md): Found second. `python -m benchmarks.second`",
    ]


def test_a_histogram_counts_every_run_and_marks_the_means() -> None:
    (ax,) = histogram([100, 200, 200, 400], {"mean here": 225.0, "paper": 300.0}).axes
    assert sum(bar.get_height() for bar in ax.patches) == 4
    assert [float(line.get_xdata()[0]) for line in ax.lines] == [225.0, 300.0]  # type: ignore[index, arg-type]
    assert {"mean here 225", "paper 300", "runs"} == {text.get_text() for text in ax.texts}


def test_strips_show_every_run_their_mean_and_the_published_one() -> None:
    (ax,) = strips({"full": [100, 300], "none": []}, {"full": 250.0}).axes
    dots, diamond = (collection.get_offsets() for collection in (ax.collections[0], ax.collections[1]))
    assert np.asarray(dots)[:, 0].tolist() == [100, 300]
    assert np.asarray(diamond).tolist() == [[250, 0]]
    assert [line.get_xdata()[0] for line in ax.lines] == [200.0]  # type: ignore[index]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["full", "none"]


def test_growth_has_a_panel_for_each_kind_of_size() -> None:
    times: dict[str, Floats] = {"fast": np.array([1.0, 10.0]), "slow": np.array([2.0, 200.0])}
    left, *_ = growth({"genomes": ([10, 100], times), "links": ([4, 8], times)}).axes
    assert (left.get_xscale(), left.get_yscale()) == ("log", "log")
    assert [line.get_ydata().tolist() for line in left.lines] == [[1.0, 10.0], [2.0, 200.0]]  # type: ignore[union-attr]


def test_a_figure_is_written_beside_its_page(tmp_path: Path) -> None:
    shown = write_figure(tmp_path / "runs.svg", histogram([100], {"mean here": 100.0}), "Runs until solved")
    assert shown == "![Runs until solved](runs.svg)"
    text = (tmp_path / "runs.svg").read_text()
    assert text.startswith("<svg ")
    assert 'aria-label="Runs until solved"' in text
