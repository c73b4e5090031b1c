"""The fast and the slow path make the same tables of the same page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.flatten.pages import DAYS, FIXTURE, FLATTENER, Json, body
from trunkline.flatten import Flattened
from trunkline.types import Type

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
WHOLE = st.integers(-(2**63), 2**63 - 1)
TIME = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda instant: instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
)
VALUES: dict[Type, st.SearchStrategy[Any]] = {
    Type.TEXT: TEXT | st.sampled_from(["tel:+15550100123", "sip:a@b", "a.b@example.com"]),
    Type.BOOLEAN: st.booleans(),
    Type.BIGINT: WHOLE,
    Type.DOUBLE: st.floats(allow_nan=False, allow_infinity=False) | st.integers(-99, 99),
    Type.METRIC: st.integers(0, 10**7) | st.integers(-(10**18) + 1, 10**18 - 1),
    Type.SCORE: st.integers(-99, 100) | st.integers(-(10**12) + 1, 10**12 - 1),
    Type.TIMESTAMP: TIME,
    Type.TEXT_LIST: st.lists(st.none() | TEXT, max_size=3),
    Type.BIGINT_LIST: st.lists(st.none() | WHOLE, max_size=3),
}
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 5, 1.5, "x", [], {}, [None], [{}], True, "2025-03-13T08:00:00.123456Z"]
)
NAMES = st.sampled_from([*FLATTENER.dataset.metrics[:40], "tFuture"])


def _attributes(level: str) -> dict[str, Type]:
    return {
        column.attribute: column.type
        for table in FLATTENER.tables
        for column in table.columns
        if column.level == level and column.attribute[0].isalpha() and "[" not in column.attribute
        and column.attribute != "key"
    }  # fmt: skip


def _elements(level: str, **below: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    optional = {name: st.none() | VALUES[type_] for name, type_ in _attributes(level).items()}
    if level == "metric":
        optional["name"] = NAMES
    return st.fixed_dictionaries({}, optional={**optional, **below})


def _lists(elements: st.SearchStrategy[Json]) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(elements, max_size=3)


SESSIONS = _elements(
    "session",
    segments=_lists(_elements("segment")),
    metrics=_lists(_elements("metric")),
    flow=st.none() | _elements("flow", outcomes=_lists(_elements("flow_outcome"))),
    mediaEndpointStats=_lists(_elements("media_endpoint_stat")),
)
PARTICIPANTS = _elements(
    "participant",
    sessions=_lists(SESSIONS),
    attributes=st.none() | st.dictionaries(TEXT, st.none() | TEXT | st.just({"a": [1]})),
)
ROOTS = st.builds(
    lambda made, key, hour: {
        **made,
        "conversationId": key,
        "conversationStart": f"2025-03-{hour // 24:02d}T{hour % 24:02d}:00:00.000Z",
    },
    _elements(
        "conversation",
        participants=_lists(PARTICIPANTS),
        evaluations=_lists(_elements("evaluation")),
        surveys=_lists(_elements("survey")),
        resolutions=_lists(_elements("resolution")),
    ),
    TEXT,
    st.integers(12 * 24, 14 * 24),
)


def _same(page: bytes) -> Flattened:
    fast = FLATTENER.flatten(page, days=DAYS)
    slow = FLATTENER.flatten_slowly(page, days=DAYS)
    for name, table in fast.tables.items():
        assert table.equals(slow.tables[name]), name
    assert fast.unknown == slow.unknown
    assert (fast.cursor, fast.watermark) == (slow.cursor, slow.watermark)
    assert (fast.conversations, fast.ignored) == (slow.conversations, slow.ignored)
    assert (fast.quarantined, fast.fractions) == (slow.quarantined, slow.fractions)
    return fast


def test_on_the_fixture() -> None:
    _same(FIXTURE.read_bytes())


@settings(max_examples=60, deadline=None)
@given(st.lists(ROOTS, max_size=4))
def test_on_pages_of_declared_types(roots: list[Json]) -> None:
    flattened = _same(body(*roots, cursor="x", dataAvailabilityDate="2025-06-04T07:27:03Z"))
    assert flattened.quarantined == ()
    assert flattened.conversations + flattened.ignored == len(roots)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROOTS, min_size=1, max_size=3), st.data())
def test_one_odd_value_costs_at_most_its_conversation(
    roots: list[Json], data: st.DataObject
) -> None:
    victim = data.draw(st.sampled_from(roots))
    name = data.draw(st.sampled_from([*_attributes("conversation"), "participants", "surveys"]))
    victim[name] = data.draw(ODD)
    flattened = FLATTENER.flatten(body(*roots), days=DAYS)
    assert len(flattened.quarantined) <= 1
    total = flattened.conversations + flattened.ignored + len(flattened.quarantined)
    assert total == len(roots)
