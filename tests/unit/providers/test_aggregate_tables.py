"""Pages of aggregates as rows: what lands, what is NULL, what is counted, what is left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.unit.providers.test_aggregate_pages import QUEUE, USER, group, metric
from trunkline.catalog import Dataset, Table
from trunkline.flatten import Flattened, Flattener, Policy
from trunkline.providers.genesys.aggregate_pages import page, reshaped
from trunkline.providers.genesys.aggregate_queries import QUERIES
from trunkline.providers.genesys.tables import (
    conversation_aggregates,
    queue_intervals,
    user_aggregates,
)

DAYS = frozenset({date(2025, 3, 3)})


def flattened(table: Table, *groups: Any) -> Flattened:
    of: Dataset = table.dataset
    body = msgspec.json.encode({"results": groups})
    made = page(of.levels[0].attribute, None, reshaped(body, QUERIES[of.name].cut))
    flattener = Flattener(of, (table,), Policy())
    found = flattener.flatten(made, days=DAYS)
    slowly = flattener.flatten_slowly(made, days=DAYS)
    assert found.tables[table.name].to_pylist() == slowly.tables[table.name].to_pylist()
    return found


def queue_row(*metrics: Any) -> dict[str, Any]:
    found = flattened(queue_intervals.TABLE, group(*metrics, queueId=QUEUE, mediaType="voice"))
    assert not found.quarantined
    (row,) = found.tables["queue_intervals"].to_pylist()
    return {name: value for name, value in row.items() if value is not None}


def test_what_did_not_happen_is_null_in_its_own_column() -> None:
    found = queue_row(metric("nOffered", count=2), metric("tAcd", count=2, sum=9000.0))
    own = ("queue_interval_key", "queue_id", "media_type", "interval_start", "interval_end")
    assert {name: value for name, value in found.items() if name not in own} == {
        "offered": 2,
        "n_offered": 2,
        "t_acd_ms": 9000,
        "t_acd_count": 2,
        "answered": 0,
        "answered_within_threshold": 0,
        "abandoned": 0,
        "short_abandoned": 0,
        "flow_outs": 0,
    }


def test_a_ratio_is_to_six_places() -> None:
    told = metric("oServiceLevel", ratio=0.47586206896551725, numerator=414.0, denominator=870.0)
    found = queue_row(told)
    assert found["service_level_ratio"] == Decimal("0.475862")
    assert (found["service_level_numerator"], found["service_level_denominator"]) == (414, 870)


@pytest.mark.parametrize(
    ("broken", "column"),
    [
        (metric("tTalk", count=1, sum=1.5), "t_talk_ms"),
        (metric("nOutbound", count=0.5), "n_outbound"),
        (metric("oServiceLevel", numerator=0.5), "service_level_numerator"),
    ],
)
def test_a_fraction_is_null_and_counted(broken: Any, column: str) -> None:
    found = flattened(queue_intervals.TABLE, group(broken, queueId=QUEUE))
    (row,) = found.tables["queue_intervals"].to_pylist()
    assert (row[column], found.fractions, found.quarantined) == (None, 1, ())


def test_an_unknown_metric_is_counted() -> None:
    found = flattened(
        queue_intervals.TABLE,
        group(metric("tNew", count=1, sum=5.0), metric("nOffered", count=1), queueId=QUEUE),
    )
    assert found.unknown == {"queue_interval.tNew": 1, "queue_interval.tNew_count": 1}
    assert found.conversations == 1


def test_what_nobody_understands_is_left_out_with_a_reason() -> None:
    good = group(metric("nOffered", count=1), queueId=QUEUE)
    bad = group(metric("nOffered", count="many"), queueId="q2")
    found = flattened(queue_intervals.TABLE, bad, 5, good)
    assert found.conversations == 1
    assert [one.reason for one in found.quarantined] == [
        "queue_interval.nOffered is not a whole number",
        "queue_interval is not an object",
    ]


def test_another_day_is_ignored() -> None:
    other = "2025-03-04T00:00:00.000Z/2025-03-04T00:15:00.000Z"
    told = group(metric("nOffered", count=1), interval=other, queueId=QUEUE)
    assert flattened(queue_intervals.TABLE, told).ignored == 1


def test_what_has_no_queue_has_a_row_of_its_own() -> None:
    talk = metric("tTalk", count=1, sum=5.0)
    found = flattened(
        conversation_aggregates.TABLE,
        group(talk, mediaType="voice", direction="inbound"),
        group(talk, mediaType="voice", direction="inbound", userId=USER),
        group(talk, mediaType="voice", direction="inbound", userId=USER, queueId=QUEUE),
    )
    rows = found.tables["conversation_aggregates"].to_pylist()
    assert [(row["queue_id"], row["user_id"], row["t_talk_ms"]) for row in rows] == [
        (None, None, 5),
        (None, USER, 5),
        (QUEUE, USER, 5),
    ]
    assert len({row["conversation_aggregate_key"] for row in rows}) == 3


def test_a_status_is_a_row() -> None:
    told = {"metric": "tAgentRoutingStatus", "qualifier": "IDLE", "stats": {"sum": 60000.0}}
    found = flattened(user_aggregates.TABLE, group(told, userId=USER))
    (row,) = found.tables["user_aggregates"].to_pylist()
    assert (row["user_id"], row["metric"], row["qualifier"], row["duration_ms"]) == (
        USER,
        "tAgentRoutingStatus",
        "IDLE",
        60000,
    )
