"""Tables on the screen: fitted to a terminal, whole in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence

GAP = "  "


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[str] = (), whole: str = "") -> None:
    """Print `rows` under `head`, unless that is all blank; the columns named in `right` are set flush right, the column `whole` is
    never folded, so that it can be copied."""
    if sys.stdout.isatty():
        _print_fitted(head, rows, right, whole)
        return
    shown = [head, *rows] if any(head) else list(rows)
    widths = [max((len(row[place]) for row in shown), default=0) for place in range(len(head))]
    for row in shown:
        cells = [f"{cell:{'>' if name in right else '<'}{width}}" for cell, name, width in zip(row, head, widths, strict=True)]
        print(GAP.join(cells).rstrip())


def _print_fitted(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str], whole: str) -> None:
    """Columns that are too wide for the terminal are folded."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, len(GAP), 0, 0), show_header=any(head), header_style="bold")
    for name in head:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold", no_wrap=name == whole)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
