"""Why a day is stale, as EXPLAIN says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.planner.world import CATALOG, CONVERSATIONS, context, held
from trunkline.planner import plan
from trunkline.planner.plan import Holdings
from trunkline.planner.stale import why

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
TODAY = "who-2-policy-rights"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("other-2-policy-rights", "for another host or client"),
        ("who-1-policy-rights", "under another mapping"),
        ("who-2-other-rights", "under another masking policy, token key or phone region"),
        ("who-2-policy-other", "under other rights"),
        ("who-1-policy-other", "under another mapping and under other rights"),
        ("from an older version", "under other rights, masking or mapping"),
    ],
)
def test_what_differs_is_named(before: str, words: str) -> None:
    assert why(before, TODAY) == words


def test_rights_that_are_not_known_yet_are_no_reason() -> None:
    assert why("who-1-policy-rights", "who-2-policy") == "under another mapping"


def test_explain_has_a_line_for_each_reason() -> None:
    late = NOW - timedelta(days=1)

    def days(first: int, last: int, fingerprint: str) -> dict[date, object]:
        span = date(2025, 1, first), date(2025, 1, last)
        return dict(held(*span, watermark=late, fetched_at=late, fingerprint=fingerprint))

    found = {
        **days(1, 12, "who-2-policy-other"),
        **days(13, 15, "who-1-policy-rights"),
        **days(16, 31, TODAY),
    }
    sql = "SELECT 1 FROM segments WHERE date_trunc('month', conversation_start) = '2025-01-01'"
    today = replace(context("UTC", NOW), fingerprints={CONVERSATIONS.name: TODAY})
    shown = str(plan(sql, CATALOG, Holdings({CONVERSATIONS.name: found}), today))  # type: ignore[dict-item]
    assert (
        "Days of conversation_details: 31 wanted, 15 to fetch\n"
        "  final  16 days  2025-01-16 to 2025-01-31  held\n"
        "  stale  12 days  2025-01-01 to 2025-01-12  held under other rights; fetched again\n"
        "  stale  3 days   2025-01-13 to 2025-01-15  held under another mapping; fetched again\n"
    ) in shown
