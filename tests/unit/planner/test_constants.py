"""A constant reaches the evaluator with the meaning it has in the query."""

from __future__ import annotations

import pytest
from sqlglot import exp

from tests.unit.planner.world import evaluator
from trunkline.planner.constants import text_of
from trunkline.planner.parsing import parsed

CONSTANTS = (
    "'2025-01-31'",
    "'it''s no time'",
    "DATE '2025-01-31'",
    "DATE '2025-01-31' + 1",
    "DATE '2025-01-31' + INTERVAL 1 MONTH",
    "DATE '2025-01-31' - 2 * INTERVAL '1 month'",
    "DATE '2025-01-31' - '1 day 02:03:04'::INTERVAL",
    "TIMESTAMP '2025-01-31 10:00:00.123456' - INTERVAL (3) HOURS",
    "TIMESTAMPTZ '2025-04-06 00:30:00+11' + INTERVAL '90' MINUTE",
    "TIMESTAMPTZ '2025-04-06 00:30:00Z' - INTERVAL '-1' DAY",
    "'2025-04-06 02:30'::timestamp::timestamptz",
    "'2025-04-06'::date::timestamp",
    "CAST('2025-04-06 02:30' AS TIMESTAMP WITH TIME ZONE)",
    "date_trunc('month', TIMESTAMPTZ '2025-04-06 00:30:00+00')",
    "date_trunc('month', DATE '2025-04-06') - INTERVAL 1 YEAR",
    "date_trunc('week', TIMESTAMP '2025-04-06 00:30:00')",
    "date_trunc('decade', TIMESTAMP '2025-04-06 00:30:00')",
    "TIMESTAMP '2025-04-06 02:30:00' AT TIME ZONE 'America/New_York'",
    "TIMESTAMPTZ '2025-04-06 00:30:00+00' AT TIME ZONE 'America/New_York'",
    "make_date(2025, 4, 6)",
    "make_date(2025, 5 - 1, -(-6))",
    "make_timestamp(2025, 4, 6, 2, 30, 1.5)",
    "make_timestamptz(2025, 4, 6, 2, 30, 1.5)",
    "to_timestamp(1743870600)",
    "strptime('06.04.2025 2:30:01.5 AM', '%d.%m.%Y %I:%M:%S.%g %p')::timestamptz",
    "epoch_ms(1743870600123)",
    "DATE '2025-04-06' + to_days(3)",
    "DATE '2025-04-06' + to_months(3) - to_hours(1)",
    "date('2025-04-06')",
    "((DATE '2025-04-06'))",
)

VARIABLE = (
    "random()",
    "nextval('s')",
    "t",
    "(SELECT now())",
    "max(t)",
    "gen_random_uuid()",
    "DATE '2025-01-01' + CAST(random() * 10 AS INTEGER)",
    "current_setting('TimeZone')",
    "now() - INTERVAL '1 day 02:03:04'",
    "now() - INTERVAL '1 week ago'",
    "now() - INTERVAL 'P1D'",
)


@pytest.mark.parametrize("sql", CONSTANTS)
def test_keeps_its_value(sql: str) -> None:
    constant = evaluator("Australia/Sydney")
    text = text_of(_parsed(sql))
    assert text is not None
    assert constant(text) == constant(sql)
    assert constant(sql) is not None or "no time" in sql


@pytest.mark.parametrize("sql", ["now()", "current_timestamp", "get_current_timestamp()"])
def test_the_present_is_the_present(sql: str) -> None:
    text = text_of(_parsed(sql))
    holds = f"CASE WHEN {text} = {sql} THEN now() END"
    assert evaluator("UTC")(holds) is not None


@pytest.mark.parametrize("sql", ["today()", "current_date", "current_date - 30"])
def test_today_is_of_the_session(sql: str) -> None:
    text = text_of(_parsed(sql))
    holds = f"CASE WHEN ({text}) = ({sql}) AND typeof({text}) = 'DATE' THEN now() END"
    assert evaluator("Pacific/Kiritimati")(holds) is not None


@pytest.mark.parametrize("sql", VARIABLE)
def test_what_may_change_is_no_constant(sql: str) -> None:
    assert text_of(_parsed(sql)) is None


def _parsed(sql: str) -> exp.Expr:
    projection = parsed(f"SELECT {sql}").expressions[0]
    assert isinstance(projection, exp.Expr)
    return projection
