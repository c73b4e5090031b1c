"""What a filter names, against the vendor's own client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import PureCloudPlatformClientV2 as client  # noqa: N813
import pytest

from trunkline.catalog import filtered
from trunkline.engine.registry import catalog
from trunkline.interval import Interval
from trunkline.providers.genesys.conversation_jobs import query
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS

MARCH = Interval(datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))
GUID = "21d1712d-cfcb-4ce8-b16c-fb175cd9daac"
MODELS = {
    "conversation": client.AnalyticsConversation,
    "participant": client.AnalyticsParticipant,
    "session": client.AnalyticsSession,
    "segment": client.AnalyticsConversationSegment,
}
UNKNOWN = "outdated_sdk_version"


def enumerated() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Level, the client's attribute and the values of each column with an enumeration."""
    for table in catalog().of(CONVERSATION_DETAILS):
        for pushdown in table.pushdowns:
            if pushdown.values:
                level = table.column(pushdown.column).level
                yield level, pushdown.column, pushdown.values


@pytest.mark.parametrize(("level", "attribute", "values"), [*enumerated()])
def test_the_words_of_an_enumeration(level: str, attribute: str, values: frozenset[str]) -> None:
    model = MODELS[level]()
    setattr(model, attribute, "no such word")
    assert getattr(model, attribute) == UNKNOWN
    for value in values:
        setattr(model, attribute, value)
        assert getattr(model, attribute) == value


def test_every_other_column_takes_identifiers_alone() -> None:
    for table in catalog().of(CONVERSATION_DETAILS):
        for pushdown in table.pushdowns:
            for text in ("Ada Arden", "+15550000100", "", f" {GUID}", GUID.upper(), f"{GUID}\n"):
                assert not pushdown.takes(text)
            assert pushdown.takes(GUID) is not bool(pushdown.values)


def test_a_body_with_filters_is_one_the_client_would_send() -> None:
    body: dict[str, Any] = query(
        MARCH, filtered({"queue_id": [GUID], "originating_direction": ["inbound"]})
    )
    for kind, filter_model, predicate_model in (
        ("segmentFilters", client.SegmentDetailQueryFilter, client.SegmentDetailQueryPredicate),
        (
            "conversationFilters",
            client.ConversationDetailQueryFilter,
            client.ConversationDetailQueryPredicate,
        ),
    ):
        (found,) = body[kind]
        model = _filled(filter_model(), {**found, "predicates": []})
        model.predicates = [_filled(predicate_model(), one) for one in found["predicates"]]
        assert client.ApiClient().sanitize_for_serialization(model) == found


def _filled(model: Any, values: dict[str, Any]) -> Any:
    attributes = {theirs: ours for ours, theirs in model.attribute_map.items()}
    for name, value in values.items():
        setattr(model, attributes[name], value)
    return model
