"""Figures as files: SVG that reads the page's colours, and PNG. The same figure gives the same bytes."""

from __future__ import annotations

import io
import re
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

from viz.style import Theme, make_room

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif"
ROOT_STYLE = f"stroke-linejoin: round; stroke-linecap: butt; font-family: {FONTS}"  # inherited; matplotlib styles the whole page
_TAG = re.compile(r"<[^>]+>")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_FONT = re.compile(r"font-family: [^;\"]*;? ?")
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_ID = re.compile(r' id="([^"]+)"')
_REFERENCE = re.compile(r'(url\(#|href="#)([^")]+)')


def svg(figure: Figure, name: str, theme: Theme | None = None, label: str = "") -> str:
    """The figure as an <svg> element, to be written into a page or a file.

    name: unique in the page; it keeps the ids apart. theme: replace its colours by CSS variables (`--ink`, …), so that the
    page decides between light and dark. label: what a screen reader says.
    """
    make_room(figure)
    text = _render(figure, name)
    text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text[text.index("<svg") :], flags=re.DOTALL)
    used = {found[2] for found in _REFERENCE.finditer(text)}
    variables = {colour: f"var(--{role})" for role, colour in theme.roles()} if theme else {}
    text = _TAG.sub(lambda tag: _tidy(tag[0], name, used, variables), text)
    text = re.sub(r"\n\s*", "\n", re.sub(r"<g\s*/>|<defs>\s*</defs>|<!--.*?-->", "", text, flags=re.DOTALL))
    text = re.sub(r'(width|height)="(\d+)pt"', r'\1="\2"', text, count=2)
    spoken = f'role="img" aria-label="{escape(label)}" ' if label else ""
    return text.replace("<svg ", f'<svg {spoken}style="{ROOT_STYLE}" ', 1).strip()


def png(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    make_room(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _render(figure: Figure, name: str) -> str:
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue().decode()


def _tidy(tag: str, name: str, used: set[str], variables: dict[str, str]) -> str:
    """One tag with fewer digits, ids only where they are used, the page's font and colours."""
    tag = _NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), tag)
    tag = _ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", tag)
    tag = _REFERENCE.sub(rf"\1{name}-\2", _FONT.sub("", tag))
    tag = re.sub(r' transform="rotate\(-0 [^"]*"', "", tag)
    return _COLOUR.sub(lambda found: variables.get(found[0], found[0]), re.sub(r"\s*\n\s*", " ", tag))
