"""The permission table as ``trunkline doctor`` prints it, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click
from rich.text import Text

from trunkline.cli import grid
from trunkline.cli.telling import put, visible
from trunkline.engine.findings import Right, State

_COLOURS = {State.GRANTED: "green", State.UNTOLD: "yellow", State.UNNEEDED: "dim"}
BEYOND = "+"  # in the place of a number: the form has no such row
LATER = "*"  # after a table that is not there yet
GUESSED = "?"  # after a permission that no document of the provider's names


def show(rights: Sequence[Right]) -> None:
    """Print the rows: on a terminal in four columns, elsewhere one a line in seven."""
    if width := grid.folded_to():
        rows: Iterable[Sequence[str | Text]] = map(_folded, rights)
        most = max((len(_where(right)) for right in rights), default=0)
        least = max((len(_permission(right)) for right in rights), default=0)
        second = max(least, min(most, width // 2 - 5))
        grid.show(
            ("#", "permission", "state", "tables that need it"),
            rows,
            {1: second, 2: len("not needed")},
        )
    else:
        grid.show(
            ("#", "type", "name", "level", "permission", "state", "tables that need it"),
            map(_plain, rights),
        )
    for line in _legend(rights):
        put(click.style(line, dim=True))


def data(right: Right) -> Mapping[str, Any]:
    """A row for programs."""
    type_, name, level = right.shown
    return {
        "number": right.number,
        "type": type_,
        "name": name,
        "level": level,
        "permission": right.permission,
        "confirmed": right.is_confirmed,
        "source": right.source,
        "state": right.state.value,
        "granted": right.is_granted,
        "divisions": list(right.divisions) or None,
        "needed": right.is_needed,
        "tables": [{"name": table, "there": there} for table, there in right.tables],
        "reason": right.reason or None,
        "purpose": right.purpose or None,
    }


def _number(right: Right) -> str:
    return BEYOND if right.number is None else str(right.number)


def _where(right: Right) -> str:
    return " > ".join(right.shown)


def _permission(right: Right) -> str:
    return right.permission + ("" if right.is_confirmed else GUESSED)


def _state(right: Right) -> str:
    within = f" in {', '.join(right.divisions)} only" if right.divisions else ""
    return right.state.value + (within if right.state is State.GRANTED else "")


def _tables(right: Right) -> str:
    if right.purpose:
        return right.purpose
    named = ", ".join(name + ("" if there else LATER) for name, there in right.tables)
    return f"{named}: {right.reason}" if right.reason else named


def _plain(right: Right) -> Sequence[str]:
    return _number(right), *right.shown, _permission(right), _state(right), _tables(right)


def _folded(right: Right) -> Sequence[Text]:
    where, what = (Text(visible(text)) for text in (_where(right), _permission(right)))
    what.stylize("dim")
    state = Text(visible(_state(right), kept=""), _colour(right))
    return Text(_number(right)), Text("\n").join((where, what)), state, Text(_tables(right))


def _colour(right: Right) -> str:
    if right.state is State.MISSING:
        return "bold red" if right.is_needed else "yellow"
    return _COLOURS[right.state]


def _legend(rights: Iterable[Right]) -> Iterator[str]:
    shown = [*rights]
    if any(right.number is None for right in shown):
        yield f"{BEYOND} not in the integration form, and needed by a table"
    if any(not there for right in shown for _, there in right.tables):
        yield f"{LATER} a table that is not there yet: what is missing for it alone is no failure"
    if not all(right.is_confirmed for right in shown):
        yield f"{GUESSED} spelt by the pattern of the others: the provider's documents name it not"
