"""The report of a queue: sums, percentages, and what the provider's own numbers give away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.unit.metrics.test_vectors import counted
from tests.unit.metrics.world import DEFAULT, START, Row, asked
from trunkline.metrics import Options
from trunkline.metrics.report import INTERVALS, aim, doubt, is_something, row_of, statement, total
from trunkline.metrics.report import Row as Line

END = datetime(2025, 1, 28, tzinfo=UTC)
FIRST = datetime(2025, 1, 27, tzinfo=UTC)


def lines(rows: list[Row], interval: str = "day", options: Options = DEFAULT) -> list[Line]:
    """The rows of the report's statement over rows of queue_intervals."""
    sql = statement("metrics.service_level", interval, FIRST, END, checked=True)
    found = asked(sql.replace("$queue", "'q'"), {"queue_intervals": rows}, options)
    return [row_of(row.values()) for row in found]


@pytest.mark.parametrize("interval", INTERVALS)
def test_the_total_is_the_same_by_every_interval(interval: str) -> None:
    late = {**counted(answered=1200, over=180), "interval_start": START.replace(hour=21)}
    rows = [counted(answered=300, over=66), late]
    found = total(lines(rows, interval))
    assert (found.numerator, found.denominator) == (1254, 1500)
    assert found.percentage == "83.60 %"


def test_what_is_outside_or_of_another_queue_is_not_in_it() -> None:
    rows = [
        {**counted(1), "interval_start": FIRST},
        {**counted(10), "interval_start": END},
        counted(100, queue="other"),
    ]
    assert total(lines(rows)).answered == 1


def test_nothing_by_nothing_has_no_percentage() -> None:
    (line,) = lines([counted(0, flow_outs=3)])
    assert line.service_level is None
    assert total([line]).percentage == "-"


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(1, 3, "33.33 %"), (2, 3, "66.67 %"), (1, 8_000, "0.01 %"), (1, 16, "6.25 %")],
)
def test_a_percentage_is_rounded_half_up(numerator: int, denominator: int, shown: str) -> None:
    (line,) = lines([counted(answered=denominator, over=denominator - numerator)])
    assert total([line]).percentage == shown
    exact = (Decimal(numerator) / denominator).quantize(Decimal("0.000001"))
    assert line.service_level == exact


def test_a_threshold_is_in_seconds() -> None:
    (line,) = lines([counted(1)])
    assert aim(line).startswith("no threshold is set")
    told = replace(line, threshold_ms=12_500, target=Decimal("0.85"))
    assert aim(told) == "threshold 12.5 s, target 85 %"
    assert aim(replace(told, threshold_ms=20_000, target=None)) == "threshold 20 s"


def test_an_interval_in_which_only_something_else_ended_is_not_reported() -> None:
    (line,) = lines([{**counted(0), "t_handle_count": 3}])
    assert not is_something(line)
    (answered,) = lines([{**counted(1), "n_offered": None}])
    assert is_something(answered)


def reported(denominator: int) -> list[Line]:
    counts = counted(answered=100, abandoned=20, short=8, flow_outs=5)
    without = {**counted(answered=7), "interval_start": START.replace(hour=12)}
    return lines([{**counts, "service_level_denominator": denominator}, without], "hour")


def test_the_providers_own_denominator_agrees_or_is_doubted() -> None:
    assert doubt(reported(120), DEFAULT) is None
    said = doubt(reported(125), DEFAULT)
    assert said is not None
    assert "add up to 125, and these settings make 120" in said
    assert said.endswith("; it calculates as with service_level_flow_outs = true")
    unknown = doubt(reported(119), DEFAULT)
    assert unknown is not None
    assert "it calculates" not in unknown
    assert doubt(reported(112), Options(short_abandons=False)) is None
