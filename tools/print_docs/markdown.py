"""The few forms of Markdown that the printed pages use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PRINTED = "<!-- Printed from the code by `make docs`: change what it is printed from. -->"


def page(title: str, *parts: str) -> str:
    """A whole page: the title, and its parts with a blank line between them."""
    return "\n\n".join((f"# {title}", PRINTED, *(part for part in parts if part))) + "\n"


def fenced(language: str, text: str) -> str:
    """Text as it stands."""
    return f"```{language}\n{text}\n```"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows under headings; cells may hold Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def code(text: str) -> str:
    """A name as code; nothing where there is none."""
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
