"""Rows for reading: folded to a terminal's width there, one a line elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from trunkline.cli.telling import put, visible

UNFOLDED = 1_000  # columns: wider than any row


def folded_to() -> int | None:
    """The terminal's width that rows are folded to; None where they are not."""
    console = Console()
    return console.width if console.is_terminal else None


def show(
    headings: Sequence[str], rows: Iterable[Sequence[str | Text]], widths: Mapping[int, int] = {}
) -> None:
    """Print rows under headings. The first column is a name, and never cut.

    A Text is printed as it is: with its colours, and its lines where rows are folded. ``widths``
    are those of columns that are not left to chance, by place.
    """
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(headings):
        width = widths.get(place)
        grid.add_column(heading, no_wrap=place == 0, overflow="fold", width=width)
    for row in rows:
        grid.add_row(*map(_cell, row))
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(grid)
        return
    plain = Console(highlight=False, width=UNFOLDED)
    with plain.capture() as captured:
        plain.print(grid)
    for line in captured.get().splitlines():
        put(line.rstrip())  # rich ends the process where a reader goes away


def _cell(cell: str | Text) -> Text:
    """A text of anybody's: a "[" in it begins no markup."""
    return cell if isinstance(cell, Text) else Text(visible(cell, kept=""))
