"""One value of the truth: how its column is called, and what of it may be seen.

Written from the design, never from a reader's code.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from trunkline_simulator.payloads.parts import Json

Row = dict[str, Any]


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """The vendor's name in snake_case: tTalkComplete is t_talk_complete."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@lru_cache(maxsize=1024)
def metric_column(name: str) -> str:
    """The wide column of a metric; durations say that they are milliseconds."""
    return f"{snake(name)}_ms" if name.startswith("t") else snake(name)


def mask_address(text: str | None) -> str | None:
    """A number keeps its last four digits, or two of six and fewer; all else is REDACTED."""
    if text is None:
        return None
    number = text.removeprefix("tel:").removeprefix("+")
    if not number.isdecimal():
        return "REDACTED"
    return number[-4:] if len(number) > 6 else number[-2:]


def front_of(text: str | None) -> str | None:
    """All of a number but its last four digits, or two of six and fewer; all else is REDACTED.

    A sip URI is a number where its user is one with a country. Nothing left is REDACTED too.
    """
    if text is None:
        return None
    sip = re.match(r"sips?:(\+[0-9]{7,15})[@;:]", text)
    number = sip[1] if sip else text.removeprefix("tel:")
    digits = number.removeprefix("+")
    if not digits.isdecimal():
        return "REDACTED"
    return (number[:-4] if len(digits) > 6 else number.removeprefix("+")[:-2]) or "REDACTED"


def fronts(thing: Json, *names: str) -> Row:
    """Fronts of numbers, each in its own column."""
    return {f"{snake(name)}_prefix": front_of(thing.get(name)) for name in names}


def front_lists(thing: Json, *names: str) -> Row:
    """Fronts of the numbers of lists."""
    found = {name: thing.get(name) for name in names}
    return {
        f"{snake(name)}_prefix": None if many is None else [front_of(one) for one in many]
        for name, many in found.items()
    }


def redacted(text: str | None) -> str | None:
    """What is never shown: REDACTED where there is anything."""
    return None if text is None else "REDACTED"


def time_of(text: str | None) -> datetime | None:
    """An instant."""
    return None if text is None else datetime.fromisoformat(text)


def plain(thing: Json, *names: str) -> Row:
    """Values as they come."""
    return {snake(name): thing.get(name) for name in names}


def times(thing: Json, *names: str) -> Row:
    """Instants."""
    return {snake(name): time_of(thing.get(name)) for name in names}


def addresses(thing: Json, *names: str) -> Row:
    """Masked addresses."""
    return {snake(name): mask_address(thing.get(name)) for name in names}
