"""What a page has to become, slowly and obviously: one value after another, in plain Python.

Written from the tables as they are documented (column, type, source) and not from the code under
test: it reads with ``json.loads`` alone, and judges by the rules of ``docs/reference/tables.md``
and design/0041.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

from tests.unit.flatten.values import Bad, Refused, identity, instant, loaded, text, twice, value
from trunkline.catalog import Column, Holds, Level, Pii, Table
from trunkline.providers.genesys import tables
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.types import Type

TABLES = tuple(t for t in tables.TABLES if t.dataset is CONVERSATION_DETAILS)
LEVELS = {level.name: level for level in CONVERSATION_DETAILS.levels}
ENVELOPE = frozenset(
    {"conversations", "cursor", "dataAvailabilityDate", "totalHits", "aggregations"}
)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
Row = dict[str, Any]


@dataclass
class Expected:
    rows: dict[str, list[Row]]
    kept: int = 0
    ignored: int = 0
    quarantined: list[int] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    fractions: int = 0
    cursor: str | None = None
    watermark: datetime | None = None


@dataclass(eq=False)
class Element:
    """An element with its place, its key and those above it."""

    level: Level
    of: Row
    place: int
    key: str
    above: dict[str, Element]

    def find(self, level: str) -> Element:
        return self if self.level.name == level else self.above[level]


Emitted = dict[tuple[int, str], list[Decimal]]  # by the element and the name


def expected(body: bytes, days: frozenset[date]) -> Expected:
    """What ``body`` becomes, or Refused."""
    page = loaded(body)
    if twice(page) & {"conversations", "cursor", "dataAvailabilityDate"}:
        raise Refused
    records = page.get("conversations")
    if records is not None and not isinstance(records, list):
        raise Refused
    try:
        cursor = identity(page.get("cursor"))
        mark = page.get("dataAvailabilityDate")
        watermark = None if mark is None else instant(mark)
    except Bad:
        raise Refused from None
    found = Expected({t.name: [] for t in TABLES}, cursor=cursor or None, watermark=watermark)
    _strangers(found.unknown, "page", page, ENVELOPE)
    last: dict[str, Row] = {}
    for place, record in enumerate(records or []):
        try:
            if judged(record, days):
                found.fractions += _fractions(record)
                _walk_strangers(found.unknown, record, LEVELS["conversation"])
                last.pop(record["conversationId"], None)
                last[record["conversationId"]] = record
            else:
                found.ignored += 1
        except Bad:
            found.quarantined.append(place)
    found.kept = len(last)
    _land(found, list(last.values()))
    return found


def judged(record: Any, days: frozenset[date]) -> bool:
    """Whether a record belongs to the days; Bad where it cannot be read."""
    if not isinstance(record, dict) or not isinstance(record.get("conversationId"), str):
        raise Bad
    if "conversationStart" in twice(record) or record.get("conversationStart") is None:
        raise Bad
    start = instant(record["conversationStart"])
    if start.date() not in days:
        return False
    _read(record, LEVELS["conversation"])
    return True


def _read(element: Any, level: Level) -> None:
    """Bad where anything that lands from an element cannot be read."""
    if not isinstance(element, dict):
        raise Bad
    columns = read_columns(level)
    children = [child for child in LEVELS.values() if child.parent == level.name]
    if twice(element) & {*columns, *(child.attribute for child in children)}:
        raise Bad
    if level.id:
        identity(element.get(level.id))
    for name, type_ in columns.items():
        value(element.get(name), type_, name)
    for child in children:
        _read_below(element.get(child.attribute), child)


def _read_below(held: Any, child: Level) -> None:
    if held is None:
        return
    if not isinstance(held, list if child.holds is Holds.LIST else dict):
        raise Bad
    if child.holds is Holds.MAP:
        if twice(held):
            raise Bad
        return
    for below in held if child.holds is Holds.LIST else [held]:
        _read(below, child)


@cache
def read_columns(level: Level) -> dict[str, Type]:
    """The attributes of a level that land, and the id."""
    found = {level.id: Type.TEXT} if level.id else {}
    for column in (column for table in TABLES for column in table.columns):
        ours = column.level == level.name and column.pii is not Pii.FREE_TEXT
        if ours and column.attribute not in ("#", "key") and "[" not in column.attribute:
            found[column.attribute] = column.type
    return found


def _fractions(record: Row) -> int:
    """Durations and counts that are not whole, wherever they stand."""
    count = 0
    for element in _elements([record]):
        level, of = element.level, element.of
        if level.name == "metric" and of.get("value") is not None:
            rounded = value(of["value"], Type.METRIC)
            name = of.get("name")
            is_whole = name in CONVERSATION_DETAILS.metrics and name[0] in "tn"
            count += is_whole and rounded != int(rounded)
        for name, type_ in read_columns(level).items():
            if type_ is Type.BIGINT and re.match("[nt][A-Z]", name):
                given = of.get(name)
                count += given is not None and value(given, type_, name) is None
    return count


def _elements(records: list[Row]) -> list[Element]:
    """Every element of the records, each level in the order of the page."""
    root = LEVELS["conversation"]
    found = [
        Element(root, record, place, record["conversationId"], {})
        for place, record in enumerate(records)
    ]
    for level in LEVELS.values():
        if level.parent:
            parents = [element for element in found if element.level.name == level.parent]
            found += list(_below(parents, level))
    return found


def _below(parents: list[Element], level: Level) -> Iterator[Element]:
    for parent in parents:
        held = parent.of.get(level.attribute)
        if held is None:
            continue
        if level.holds is Holds.OBJECT:
            items = [held]
        elif level.holds is Holds.MAP:
            names = dict.fromkeys(map(text, held))
            items = [{"name": name, "value": None} for name in names]
        else:
            items = held
        for place, of in enumerate(items):
            made = Element(level, of, place, "", {**parent.above, parent.level.name: parent})
            below = "" if level.holds is Holds.OBJECT else f":{_own(made)}"
            made.key = parent.key + below
            yield made


def _land(found: Expected, records: list[Row]) -> None:
    elements = _elements(records)
    _repeat(found, elements)
    emitted = _emitted(elements)
    for table in TABLES:
        for element in elements:
            if element.level.name == table.level:
                found.rows[table.name].append(_row(table, element, emitted))
    names = [e.of.get("name") for e in elements if e.level.name == "metric"]
    for name in names:
        if isinstance(name, str) and name not in CONVERSATION_DETAILS.metrics:
            found.unknown[f"metric:{_shown(text(name))}"] += 1


def _repeat(found: Expected, elements: list[Element]) -> None:
    """Ids that stand again below one parent are counted."""
    for level in LEVELS.values():
        if level.id is None or level.holds is Holds.MAP or level.parent is None:
            continue
        of_level = [e for e in elements if e.level.name == level.name]
        seen = Counter((id(e.above[level.parent]), _own(e)) for e in of_level)
        again = sum(count - 1 for count in seen.values())
        if again:
            found.unknown[f"repeated:{level.name}.{level.id}"] += again


def _own(element: Element) -> str:
    """What tells an element from its neighbours: its id, or its place."""
    own = element.of.get(element.level.id or "")
    return str(element.place) if own is None else str(own)


def _row(table: Table, element: Element, emitted: Emitted) -> Row:
    return {
        column.name: _cell(column, element.find(column.level), emitted)
        for column in table.columns
        if column.pii is Pii.NONE
    }


def _cell(column: Column, element: Element, emitted: Emitted) -> Any:
    if column.attribute == "#":
        return element.place
    if column.attribute == "key":
        return element.key
    if "[" in column.attribute:
        return _sum(column, element, emitted)
    return value(element.of.get(column.attribute), column.type, column.attribute)


def _emitted(elements: list[Element]) -> Emitted:
    """The values of each metric at or below an element."""
    found: Emitted = {}
    for below in elements:
        name, given = below.of.get("name"), below.of.get("value")
        if below.level.name == "metric" and name is not None and given is not None:
            for owner in below.above.values():
                found.setdefault((id(owner), name), []).append(value(given, Type.METRIC))
    return found


def _sum(column: Column, element: Element, emitted: Emitted) -> Any:
    values = emitted.get((id(element), column.attribute[len("metrics[") : -1]))
    if not values:
        return None
    with localcontext(prec=100):
        total = sum(values, Decimal(0))
    if column.type is Type.SCORE:
        return total if abs(total) < 10**12 else None
    if any(part != int(part) for part in values) or not -(2**63) <= total < 2**63:
        return None
    return int(total)


def _walk_strangers(unknown: Counter[str], element: Row, level: Level) -> None:
    children = [child for child in LEVELS.values() if child.parent == level.name]
    _strangers(unknown, level.name, element, _known(level))
    for child in children:
        held = element.get(child.attribute)
        if held is not None and child.holds is not Holds.MAP:
            for each in held if child.holds is Holds.LIST else [held]:
                _walk_strangers(unknown, each, child)


@cache
def _known(level: Level) -> frozenset[str]:
    """What may stand at a level: what lands, free texts, what is below, and what is left out."""
    columns = [column for table in TABLES for column in table.columns if column.level == level.name]
    free = {column.attribute for column in columns if column.pii is Pii.FREE_TEXT}
    below = {child.attribute for child in LEVELS.values() if child.parent == level.name}
    return frozenset({*read_columns(level), *free, *below, *level.known})


def _strangers(unknown: Counter[str], level: str, element: Row, known: frozenset[str]) -> None:
    for name in set(element) - known:
        unknown[f"{level}.{_shown(name)}"] += 1


def _shown(name: str) -> str:
    return name if NAME.fullmatch(name) else "(not a name)"
