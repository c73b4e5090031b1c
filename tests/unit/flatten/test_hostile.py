"""Hostile pages: never a crash, never a wrong value; quarantined with a reason, or refused.

The judge is ``oracle``. ``make fuzz`` draws many more examples than every test run does.
"""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.flatten import oracle
from tests.unit.flatten.hostile import RICH, Members, conversations, encoded, pages, torn
from tests.unit.flatten.pages import DAYS, FIXTURE, FLATTENER, body
from tests.unit.flatten.values import Refused
from trunkline.errors import MalformedAnswer
from trunkline.flatten import Flattened

# A reason is a place and a kind; names of places are the vendor's.
REASON = re.compile(
    r"[a-z_]+(\.[A-Za-z0-9]+)? (stands more than once|is (missing|missing or not text|not Unicode"
    r"|not an object|not a list|not text|not true or false|not a whole number|not a number"
    r"|not a number in range|not a time|not a list of texts|not a list of whole numbers))"
)


def judge(page: bytes) -> None:
    """Both ways through the flattener make of a page what the oracle does."""
    fast, slow = _flattened(page, FLATTENER.flatten), _flattened(page, FLATTENER.flatten_slowly)
    try:
        wanted = oracle.expected(page, DAYS)
    except Refused:
        assert fast is None
        assert slow is None
        return
    for found in (fast, slow):
        assert found is not None
        _compare(found, wanted)


def _flattened(page: bytes, way: Any) -> Flattened | None:
    try:
        found: Flattened = way(page, days=DAYS)
    except MalformedAnswer:
        return None
    return found


def _compare(found: Flattened, wanted: oracle.Expected) -> None:
    assert [item.ordinal_in_page for item in found.quarantined] == wanted.quarantined
    assert all(REASON.fullmatch(item.reason) for item in found.quarantined)
    assert (found.conversations, found.ignored) == (wanted.kept, wanted.ignored)
    assert (found.cursor, found.watermark) == (wanted.cursor, wanted.watermark)
    assert found.fractions == wanted.fractions
    assert found.unknown == dict(wanted.unknown)
    for name, expected in wanted.rows.items():
        table: pa.Table = found.tables[name]
        table.validate(full=True)
        assert table.num_rows == len(expected)
        if expected:
            rows = table.select(list(expected[0])).to_pylist()
            for row, other in zip(rows, expected, strict=True):
                assert _told(row) == _told(other)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row without its keys where an id stands twice: which suffix they get is another test's."""
    return {k: v for k, v in row.items() if not k.endswith("_key")}


@given(pages())
def test_a_hostile_page_is_read_rightly_or_not_at_all(page: bytes) -> None:
    judge(page)


@given(conversations(spoilt=0), conversations(spoilt=3))
def test_a_bad_conversation_changes_nothing_of_the_others(good: list[Any], bad: list[Any]) -> None:
    renamed = [_named(each, f"good{place}") for place, each in enumerate(good)]
    alone = FLATTENER.flatten(encoded(Members([("conversations", renamed)])), days=DAYS)
    both = _flattened(encoded(Members([("conversations", [*bad, *renamed])])), FLATTENER.flatten)
    if both is None:
        return
    for name, table in alone.tables.items():
        rest = both.tables[name].slice(both.tables[name].num_rows - table.num_rows)
        assert rest.equals(table), name


def _named(conversation: Any, key: str) -> Any:
    return Members((n, key if n == "conversationId" else v) for n, v in conversation)


@given(torn(FIXTURE.read_bytes()))
def test_a_torn_page_of_the_vendor_is_read_rightly_or_not_at_all(page: bytes) -> None:
    judge(page)


@given(torn(body(RICH, {**RICH, "conversationId": "c2"}, cursor="next")))
def test_a_torn_page_is_read_rightly_or_not_at_all(page: bytes) -> None:
    judge(page)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_page_or_refused(page: bytes) -> None:
    judge(page)
