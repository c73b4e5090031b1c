"""Rows for reading: folded to a terminal's width there, one a line elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from trunkline.cli.telling import put, visible

UNFOLDED = 1_000  # columns: wider than any row


def show(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under headings. The first column is a name, and never cut."""
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(headings):
        grid.add_column(heading, no_wrap=place == 0, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(visible(cell, kept="")) for cell in row))  # "[" begins no markup
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(grid)
        return
    plain = Console(highlight=False, width=UNFOLDED)
    with plain.capture() as captured:
        plain.print(grid)
    for line in captured.get().splitlines():
        put(line.rstrip())  # rich ends the process where a reader goes away
