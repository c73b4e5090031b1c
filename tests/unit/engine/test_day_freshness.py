"""How fresh a day is stands at its place in a list; a day that is not held has nothing there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from trunkline.engine.day_freshness import freshness
from trunkline.engine.registry import catalog
from trunkline.lake.catalogue import CoveredDay

FETCHED = datetime(2025, 4, 1, 12, tzinfo=UTC)
DAY = CoveredDay("conversation_details", date(2025, 3, 4), FETCHED, FETCHED, "f", 1, None, "job")
HELD = [
    replace(DAY, organization="acme"),
    replace(DAY, organization="acme", day=date(2025, 3, 6), watermark=FETCHED - timedelta(hours=6)),
]
WHOSE = [("acme", "conversation_details"), ("globex", "conversation_details")]
LATER = FETCHED + timedelta(days=3)


@pytest.mark.parametrize(
    ("day", "complete_to", "changed_at"),
    [
        ("2025-03-04", FETCHED, LATER),
        ("2025-03-05", None, None),
        ("2025-03-06", FETCHED - timedelta(hours=6), FETCHED),
        ("2025-03-07", None, None),
        ("2025-03-03", None, None),
        ("2025-02-01", None, None),  # from the end of the list, if it were counted from there
        ("2029-02-01", None, None),
    ],
)
def test_a_view_reads_the_day_of_each_row(
    day: str, complete_to: datetime | None, changed_at: datetime | None
) -> None:
    changes = {"acme": {("conversation_details", date(2025, 3, 4)): LATER}}
    (row, empty) = freshness(WHOSE, HELD, changes)
    assert empty == ("globex", "conversation_details", -1, [], [])
    (view,) = (view for view in catalog("acme").views if view.name == "participants")
    told = {column.name: column.sql for column in view.columns}
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE f AS SELECT ? AS before_day, ? AS complete_to, ? AS changed_at",
            [row[2], row[3], row[4]],
        )
        found = connection.execute(
            f"SELECT {told['data_complete_to']}, {told['refreshed_at']} "
            f"FROM (SELECT TIMESTAMPTZ '{day} 23:59:59.999+00' AS conversation_start) p, f"
        ).fetchone()
    plain = tuple(at and at.replace(tzinfo=None) for at in (complete_to, changed_at))
    assert found == plain
