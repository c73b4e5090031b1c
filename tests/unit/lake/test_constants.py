"""Constant expressions mean what the engine that runs the query would make of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trunkline.lake import constants
from trunkline.lake.session import bound

SUMMER = datetime(2025, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "zone", "instant"),
    [
        ("'2025-07-01'", "UTC", datetime(2025, 7, 1, tzinfo=UTC)),
        ("'2025-07-01'", "Europe/Berlin", SUMMER),
        ("DATE '2025-07-01'", "Europe/Berlin", SUMMER),
        ("TIMESTAMP '2025-07-01 00:00:00'", "Europe/Berlin", SUMMER),
        ("TIMESTAMPTZ '2025-07-01T00:00:00Z'", "Europe/Berlin", datetime(2025, 7, 1, tzinfo=UTC)),
        ("DATE '2025-06-01' + INTERVAL 1 MONTH", "Europe/Berlin", SUMMER),
        ("date_trunc('month', DATE '2025-07-19')", "Europe/Berlin", SUMMER),
        ("TIMESTAMP '2025-07-01' AT TIME ZONE 'Europe/Berlin'", "UTC", SUMMER),
        ("'2025-03-13T08:00:00.123Z'", "UTC", datetime(2025, 3, 13, 8, 0, 0, 123_000, tzinfo=UTC)),
        ("'1969-12-31T23:59:59.999Z'", "UTC", datetime(1969, 12, 31, 23, 59, 59, 999_000, UTC)),
    ],
)
def test_an_expression_is_an_instant_in_the_zone(
    expression: str, zone: str, instant: datetime
) -> None:
    with bound("SELECT 1", (), "main", zone) as (_, session):
        constant = constants.evaluator_of(session)
        assert constant(expression) == instant


@pytest.mark.parametrize(
    "expression",
    [
        "NULL",
        "'no date'",
        "1 +",
        "conversation_start",
        "'infinity'",
        "'99999-01-01'",
        "DATE '2025-02-30'",
        "(SELECT content FROM read_text('/etc/hostname'))",
        "current_setting('nothing')",
    ],
)
def test_what_has_no_instant_means_nothing(expression: str) -> None:
    with bound("SELECT 1", (), "main", "UTC") as (_, session):
        constant = constants.evaluator_of(session)
        assert constant(expression) is None
        assert constant("DATE '2025-07-01'") == datetime(2025, 7, 1, tzinfo=UTC)
