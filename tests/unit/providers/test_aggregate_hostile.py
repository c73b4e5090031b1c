"""Answers of aggregates spoilt anywhere: an error that says so, or every other group as it was."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.flatten.hostile import Members, loose, spoil, written
from tests.unit.providers.test_aggregate_pages import group, metric
from trunkline.errors import MalformedAnswer
from trunkline.flatten import Flattened, Flattener, Policy
from trunkline.interval import EVER
from trunkline.providers.genesys.aggregate_pages import is_page, page, reshaped
from trunkline.providers.genesys.aggregate_records import of_queue
from trunkline.providers.genesys.tables.queue_intervals import TABLE

FLATTENER = Flattener(TABLE.dataset, (TABLE,), Policy())
METRICS = (
    metric("nOffered", count=3),
    metric("tAnswered", count=2, sum=61234.0, min=1.0, max=60000.0),
    metric("oServiceLevel", ratio=0.666667, numerator=2.0, denominator=3.0, target=0.8),
)


def queue(number: int) -> dict[str, Any]:
    return group(*METRICS, queueId=f"queue-{number}", mediaType="voice")


def flattened(body: bytes) -> Flattened:
    if not is_page(body):  # it is asked for again, and then that
        raise MalformedAnswer("no answer")
    made = page("queueIntervals", "next", reshaped(body, of_queue))
    json.loads(made)
    found = FLATTENER.flatten(made, days=EVER)
    assert found.cursor == "next"
    return found


def rows(found: Flattened) -> dict[str, Any]:
    return {row["queue_id"]: row for row in found.tables["queue_intervals"].to_pylist()}


SOUND = rows(flattened(written({"results": [queue(n) for n in range(4)]}).encode()))


@given(st.data())
def test_a_spoilt_group_spoils_no_other(data: st.DataObject) -> None:
    groups = [loose(queue(number)) for number in range(4)]
    for _ in range(data.draw(st.integers(1, 3))):
        data.draw(st.composite(lambda draw: spoil(groups[2], draw))())
    body = written(Members([("results", groups)])).encode("utf-8", "surrogatepass")
    try:
        found = flattened(body)
    except MalformedAnswer:
        return
    landed = rows(found)
    for number in (0, 1, 3):
        assert landed[f"queue-{number}"] == SOUND[f"queue-{number}"]
    for reason in found.quarantined:
        assert "queue-" not in str(reason)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_is_no_answer_is_malformed_or_empty(body: bytes) -> None:
    try:
        found = reshaped(body, of_queue)
    except MalformedAnswer:
        return
    json.loads(page("queueIntervals", None, found))
