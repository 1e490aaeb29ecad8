"""The page: whole, self-contained, the same every time, readable by ear and in either theme."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest

from neatcore.errors import InputError
from tests.viz.data import frames, genome, looped, metrics, scene, xor
from viz.report import ReportData, Section, report, verdict

VOID = {"meta", "img", "source", "br", "link", "input"}
SIZES = [{0: 10}, {0: 6, 1: 4}, {1: 7, 2: 3}]


@cache
def one(theme: str = "auto") -> str:
    """The page of one run."""
    return report(data(), theme)


@cache
def all_of_them(theme: str = "auto") -> str:
    """The page of several runs."""
    return report(several(), theme, title="Three runs")


class Page(HTMLParser):
    """Reads a page and keeps what the tests ask about; mismatched tags are an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def data() -> ReportData:
    return ReportData(
        "Two poles",
        "Keep both poles up.",
        metrics(SIZES),
        facts=[("Seed", "1")],
        champion=looped(),
        shown=scene(6),
        command="neatcore run double-pole --seed 1",
        config_toml="[search]\npopulation = 10\n",
    )


def several() -> list[ReportData]:
    flat = [
        {k: v for k, v in record.items() if not re.match("species|hidden|links", k)} | {"sigma": 0.1} for record in metrics(SIZES)
    ]
    vector = replace(data(), title="By strategy", metrics=flat, champion=np.arange(12.0), shown=frames())
    return [data(), replace(data(), title="XOR", shown=xor()), vector]


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_the_page_is_well_formed_and_refers_to_nothing_outside(theme: str) -> None:
    page = Page(all_of_them(theme))
    for _, attributes in page.tags:
        for name in ("src", "href", "xlink:href", "srcset", "action"):
            assert re.match("data:image/|#", attributes.get(name) or "#"), attributes
    assert not page.all("script")
    assert not page.all("link")
    assert not re.search(r"@import|url\((?!#)", all_of_them(theme))


def test_every_picture_has_words_for_those_who_do_not_see_it() -> None:
    page = Page(all_of_them())
    assert page.all("img")
    for attributes in page.all("img"):
        assert attributes["alt"]
    for attributes in page.all("svg"):
        assert attributes["role"] == "img"
        assert attributes["aria-label"]


def test_ids_are_unique_and_references_lead_somewhere() -> None:
    page = Page(all_of_them())
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    text = all_of_them()
    assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', text)) <= set(ids)


def test_the_same_data_give_the_same_bytes() -> None:
    assert report(data()) == one()


def test_the_reader_s_preference_decides_between_light_and_dark() -> None:
    auto, dark = one(), one("dark")
    assert "prefers-color-scheme: dark" in auto
    assert "prefers-color-scheme" not in dark
    assert len(Page(auto).all("source")) == 2, "the animation, and its moments for print"
    assert not Page(dark).all("source")
    drawings = re.findall("<svg.*?</svg>", auto, flags=re.DOTALL)
    used = {role for drawing in drawings for role in re.findall(r"var\(--([\w-]+)\)", drawing)}
    assert not any(re.search("#[0-9a-f]{6}", tag) for drawing in drawings for tag in re.findall("<[^>]*>", drawing))
    for role in used:
        assert auto.count(f"--{role}:") == 2, "once for light, once for dark"


def test_an_unknown_theme_is_named() -> None:
    with pytest.raises(InputError, match="unknown theme 'blue'"):
        report(data(), "blue")


def test_the_sections_of_a_run() -> None:
    text = Page(one()).text
    assert "Solved after 30 evaluations , with a champion of 2 hidden nodes and 8 links." in text
    headings = re.findall("<h3>(.*?)</h3>", one())
    assert headings == ["The champion at work", "Fitness", "Species", "Complexity", "The champion’s network", "To reproduce it"]
    for words in (
        "Keep both poles up.",
        "neatcore run double-pole --seed 1",
        "Seed",
        "population = 10",
        "3 species in all, 2 at the end",
    ):
        assert words in text
    assert Page(one()).all("details")


def test_a_search_without_species_shows_its_step_size_and_weights() -> None:
    headings = re.findall("<h3>(.*?)</h3>", report(several()[2]))
    assert headings == ["The champion at work", "Fitness", "Step size", "The champion’s weights", "To reproduce it"]
    assert "with a champion of 12 weights" in Page(report(several()[2])).text


def test_the_least_a_report_can_tell() -> None:
    headings = re.findall("<h3>(.*?)</h3>", report(ReportData("Run", "Task.", metrics(SIZES[:1], solved=False))))
    assert headings == ["Fitness", "Species", "Complexity"]


def test_a_champion_without_hidden_nodes() -> None:
    bare = replace(data(), champion=genome(1, 1, 0, [(0, 2, 1.0, True)]))
    assert "0 hidden nodes and 1 link." in Page(report(bare)).text


def test_several_runs_have_a_table_of_contents() -> None:
    page = Page(all_of_them())
    assert [attributes["href"] for attributes in page.all("a")] == ["#run-1", "#run-2", "#run-3"]
    assert [attributes["id"] for attributes in page.all("article")] == ["run-1", "run-2", "run-3"]
    assert len(page.all("h1")) == 1
    assert not Page(one()).all("nav")


def test_a_drawing_for_the_screen_and_one_for_the_phone() -> None:
    widths = {attributes["width"] for attributes in Page(one()).all("svg")}
    assert widths == {"720", "340"}


def test_words_of_the_user_are_escaped() -> None:
    nasty = "<script>alert('&')</script>"
    text = report(
        replace(data(), title=nasty, task=nasty, command=nasty, config_toml=nasty, facts=[(nasty, nasty)], names_out=[nasty])
    )
    assert "<script" not in text
    assert nasty in Page(text).words


def test_further_sections_are_put_in_as_they_are() -> None:
    page = report(replace(data(), extra=[Section("Pattern <1>", "What it paints.", '<svg role="img" aria-label="x"></svg>')]))
    assert "<h3>Pattern &lt;1&gt;</h3>" in page
    assert '<svg role="img" aria-label="x"></svg>' in page


def test_verdicts() -> None:
    assert verdict(data()) == "Solved after 30 evaluations"
    assert verdict(replace(data(), metrics=metrics(SIZES, solved=False))) == "Not solved in 30 evaluations"
    with pytest.raises(InputError, match="'Two poles' has no metrics"):
        verdict(replace(data(), metrics=[]))


def test_no_runs() -> None:
    with pytest.raises(InputError, match="no runs to report"):
        report([])
