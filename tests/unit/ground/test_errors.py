"""The drawn tree of errors is the tree there is."""

from __future__ import annotations

import inspect
import re

import pytest

from trunkline import errors
from trunkline.errors import RequestRefused, SqlError, TrunklineError

LINE = re.compile(r"^ {4}(?P<indent>[|` -]*)(?P<name>[A-Z]\w+) +(?P<exit>\d) +(?P<state>\w{5})\b")


def drawn() -> dict[str, tuple[str | None, int, str]]:
    """Each class of the drawing with its parent, exit status and SQLSTATE."""
    found: dict[str, tuple[str | None, int, str]] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := LINE.match(line):
            depth = len(match["indent"]) // 3
            parent = above[depth - 1] if depth else None
            above = [*above[:depth], match["name"]]
            found[match["name"]] = (parent, int(match["exit"]), match["state"])
    return found


def classes() -> list[type[TrunklineError]]:
    return [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, TrunklineError)
    ]


def test_the_drawing_has_every_class_with_its_parent_and_codes() -> None:
    there = {
        kind.__name__: (
            None if kind is TrunklineError else kind.__bases__[0].__name__,
            kind.exit_status,
            kind.sqlstate,
        )
        for kind in classes()
    }
    assert {"TrunklineError", "UnboundedScan", "Interrupted"} <= there.keys()
    assert drawn() == there


@pytest.mark.parametrize("kind", classes())
def test_every_error_has_a_message_a_hint_and_codes_of_the_right_form(
    kind: type[TrunklineError],
) -> None:
    extra = {"status": 404} if issubclass(kind, RequestRefused) else {}
    error = kind("what happened", hint="what to do", **extra)
    assert (str(error), error.message, error.hint) == (
        "what happened",
        "what happened",
        "what to do",
    )
    assert re.fullmatch(r"[0-9A-Z]{5}", kind.sqlstate)
    assert kind.exit_status in range(1, 6)
    assert kind.__doc__


def test_a_place_in_sql_is_known_or_none() -> None:
    assert SqlError("x").position is None
    assert SqlError("x", position=0).position == 0
