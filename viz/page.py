"""The pieces of an HTML page: its style sheet, its colours in light and dark, figures and pictures that need no other file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape

from viz.style import DARK, LIGHT, Theme, theme_of
from viz.svg import FONTS

STYLE = """
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.6 FONTS; font-variant-numeric: tabular-nums; }
main { max-width: 760px; margin: 0 auto; padding: 56px 20px 88px; }
h1, h2, h3 { line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; margin: 0; text-wrap: balance; }
h1 { font-size: clamp(30px, 6vw, 44px); }
h2 { font-size: clamp(26px, 5vw, 34px); }
h3 { font-size: 21px; margin: 64px 0 4px; }
p { margin: 12px 0; max-width: 640px; text-wrap: pretty; }
a { color: var(--accent); text-underline-offset: 3px; text-decoration-thickness: 1px; }
.kicker { color: var(--muted); font-size: 14px; margin: 0 0 10px; }
.lead { font-size: 20px; line-height: 1.5; color: var(--muted); }
.verdict { font-size: 20px; line-height: 1.5; margin: 26px 0 0; }
.verdict b { color: var(--good); font-weight: 650; }
.verdict.open b { color: var(--second); }
nav ol { list-style: none; margin: 28px 0 0; padding: 0; border-top: 1px solid var(--faint); }
nav li { display: flex; justify-content: space-between; gap: 20px; padding: 9px 0; border-bottom: 1px solid var(--grid); }
nav span { color: var(--muted); text-align: right; }
article + article, nav + article { margin-top: 88px; padding-top: 48px; border-top: 1px solid var(--faint); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 24px; margin: 32px 0 0; }
.tiles div { border-top: 2px solid var(--ink); padding-top: 10px; }
.tiles dt { color: var(--muted); font-size: 14px; line-height: 1.35; }
.tiles dd { margin: 0; font-size: clamp(21px, 6.4vw, 30px); line-height: 1.25; }
.tiles dd { font-weight: 600; letter-spacing: -0.02em; overflow-wrap: anywhere; }
figure { margin: 18px 0 0; }
figure svg, figure img { display: block; max-width: 100%; height: auto; margin: 0 auto 0 0; }
figure svg { overflow: visible; }
figcaption { color: var(--muted); font-size: 15px; line-height: 1.5; margin-top: 10px; max-width: 640px; }
.narrow, .still { display: none; }
.facts { display: grid; grid-template-columns: minmax(90px, max-content) 1fr; gap: 4px 24px; margin: 16px 0 0; font-size: 15px; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
pre { font: 14px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; margin: 14px 0;
  padding: 14px 16px; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--grid); border-radius: 6px; }
.figures { border-collapse: collapse; font-size: 15px; margin: 16px 0 0; display: block; overflow-x: auto; }
.figures th { color: var(--muted); font-weight: 400; text-align: right; padding: 4px 0 4px 20px; }
.figures td { text-align: right; padding: 4px 0 4px 20px; border-top: 1px solid var(--grid); }
.figures td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures th:first-child, .figures td:first-child { text-align: left; padding-left: 0; }
summary { cursor: pointer; color: var(--accent); font-size: 15px; margin-top: 20px; }
footer { margin-top: 88px; padding-top: 16px; border-top: 1px solid var(--faint); color: var(--muted); font-size: 14px; }
@media (max-width: 600px) {
  main { padding: 32px 16px 56px; }
  .wide { display: none; }
  .narrow { display: block; }
  .tiles { grid-template-columns: 1fr 1fr; }
  .lead, .verdict { font-size: 18px; }
}
@media print, (prefers-reduced-motion: reduce) {
  .moving { display: none; }
  .still { display: block; }
}
@media print {
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  figure, .tiles, .facts { break-inside: avoid; }
  article + article, nav + article { break-before: page; border: 0; margin: 0; padding: 0; }
  h2, h3 { break-after: avoid; }
  h3 { margin-top: 32px; }
  pre { white-space: pre-wrap; }
}
""".replace("FONTS", FONTS)


def themes(theme: str) -> tuple[Theme, ...]:
    """The themes that a page in `theme` needs: "auto" follows the reader's preference, light first."""
    return (LIGHT, DARK) if theme == "auto" else (theme_of(theme),)


def page(title: str, body: str, theme: str) -> str:
    """A whole page."""
    first, *others = themes(theme)
    colours = f":root {{ color-scheme: {' '.join(tone.name for tone in (first, *others))}; {_variables(first)} }}"
    colours += "".join(f" @media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(tone)} }} }}" for tone in others)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{colours}{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def figure_block(drawings: Mapping[str, str], caption: str) -> str:
    """A figure: drawings by CSS class ("wide" and "narrow" for screen and phone, "" for both), a caption below."""
    inside = "\n".join(f'<div class="{name}">{drawing}</div>' if name else drawing for name, drawing in drawings.items())
    return f"<figure>\n{inside}\n<figcaption>{escape(caption)}</figcaption>\n</figure>"


def section(title: str, *parts: str) -> str:
    """A part of an article under its heading."""
    return "\n".join([f"<section>\n<h3>{escape(title)}</h3>", *parts, "</section>"])


def definitions(kind: str, pairs: Iterable[tuple[str, str]], *, number_first: bool = False) -> str:
    """Labels and values as a list of that CSS class, the value above its label with `number_first`."""
    rows = []
    for label, value in pairs:
        term, text = f"<dt>{escape(label)}</dt>", f"<dd>{escape(value)}</dd>"
        rows.append(f"<div>{text}{term}</div>" if number_first else term + text)
    return f'<dl class="{kind}">{"".join(rows)}</dl>'


def picture(images: Mapping[str, bytes], kind: str, label: str) -> str:
    """A picture inside the page, one for each theme; the reader's preference chooses."""
    data = {name: f"data:image/{kind};base64,{b64encode(image).decode()}" for name, image in images.items()}
    first, *others = data
    sources = "".join(f'<source media="screen and (prefers-color-scheme: {name})" srcset="{data[name]}">' for name in others)
    return f'<picture>{sources}<img src="{data[first]}" alt="{escape(label)}"></picture>'


def _variables(tone: Theme) -> str:
    return " ".join(f"--{role}: {colour};" for role, colour in tone.roles())
