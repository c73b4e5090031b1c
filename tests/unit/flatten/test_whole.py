"""Fractions where a whole number is declared: NULL in the wide column, kept below, counted."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from tests.unit.flatten.pages import (
    DAYS,
    FLATTENER,
    body,
    conversation,
    flat,
    metric,
    row,
    rows,
    session,
)
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.tables import TABLES
from trunkline.types import Type
from trunkline_simulator.cells import metric_column

METRICS = FLATTENER.dataset.metrics


@pytest.mark.parametrize("name", METRICS)
def test_a_fraction_of_every_metric(name: str) -> None:
    flattened = flat(conversation(session(metrics=[metric(name, 2), metric(name, 1.5)])))
    assert [r["value"] for r in rows(flattened, "session_metrics")] == [2, Decimal("1.5")]
    is_whole = name[0] in "tn"
    expected = None if is_whole else Decimal("3.5")
    for table in ("sessions", "participants"):
        assert row(flattened, table)[metric_column(name)] == expected
    assert flattened.fractions == int(is_whole)
    assert flattened.quarantined == ()


@pytest.mark.parametrize("name", METRICS)
def test_a_whole_number_of_every_metric_written_with_a_point(name: str) -> None:
    flattened = flat(conversation(session(metrics=[metric(name, 2.0), metric(name, 1)])))
    assert row(flattened, "sessions")[metric_column(name)] == 3
    assert flattened.fractions == 0


def test_every_count_and_duration_that_is_an_attribute_is_tested_here() -> None:
    """Those that are no sums of metrics: a new one belongs into the tests below."""
    found = {
        column.source
        for table in TABLES
        for column in table.columns
        if table.dataset == CONVERSATION_DETAILS
        if column.type is Type.BIGINT and re.match(r"[nt][A-Z]", column.attribute)
    }
    assert found == {"resolution.nNextContactAvoided"}


def test_a_fraction_of_a_count_that_is_an_attribute_costs_its_value_and_no_conversation() -> None:
    page = conversation(
        session(metrics=[metric("tTalk", 5)]),
        resolutions=[
            {"queueId": "a", "nNextContactAvoided": 0.5},
            {"queueId": "b", "nNextContactAvoided": 3},
            {"queueId": "c", "nNextContactAvoided": 2.0},
        ],
    )
    flattened = flat(page)
    found = [
        (r["queue_id"], r["n_next_contact_avoided"])
        for r in rows(flattened, "conversation_resolutions")
    ]
    assert found == [("a", None), ("b", 3), ("c", 2)]
    assert (flattened.conversations, flattened.quarantined) == (1, ())
    assert flattened.fractions == 1
    assert row(flattened, "sessions")["t_talk_ms"] == 5


def test_attributes_and_metrics_of_kept_records_are_counted_together() -> None:
    judged = {"resolutions": [{"nNextContactAvoided": 1.5}]}
    page = body(
        conversation(session(metrics=[metric("nOffered", 0.5)]), **judged),
        conversation(conversationId="c2", conversationStart="2025-01-01T00:00:00Z", **judged),
    )
    assert FLATTENER.flatten(page, days=DAYS).fractions == 2


def test_what_is_no_number_is_still_quarantined() -> None:
    page = conversation(session(), resolutions=[{"nNextContactAvoided": "many"}])
    flattened = flat(page, conversation(conversationId="c2"))
    assert [item.id for item in flattened.quarantined] == ["c1"]
    assert flattened.fractions == 0
    assert json.dumps([str(item) for item in flattened.quarantined]).count("many") == 0
