"""Published numbers come out of the declared views to the unit and the millisecond."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from tests.unit.metrics.world import DEFAULT, Row, asked, interval, number, vectors
from trunkline.metrics import Options

OBSERVED = vectors("service_level_genesys_observed")
QUEUES, (SUM,) = OBSERVED[:-1], OBSERVED[-1:]
HANDLED = vectors("handle_time_genesys_observed")
MILLIONTH, THOUSANDTH = Decimal("0.000001"), Decimal("0.001")


def rounded(text: str, places: Decimal) -> Decimal:
    return Decimal(text).quantize(places, ROUND_HALF_UP)


def told(line: dict[str, str]) -> Row:
    """A row of queue_intervals as the response has it: what is not in it is NULL."""
    counts = {
        "n_offered": "nOffered",
        "n_over_sla": "nOverSla",
        "service_level_numerator": "sl_numerator",
        "service_level_denominator": "sl_denominator",
        "t_answered_ms": "tAnswered_sum_ms",
        "t_abandon_ms": "tAbandon_sum_ms",
        "t_flow_out_ms": "tFlowOut_sum_ms",
        "t_wait_ms": "tWait_sum_ms",
        "t_abandon_count": "tAbandon_count",
        "t_flow_out_count": "tFlowOut_count",
        "t_short_abandon_count": "tShortAbandon_count",
    }
    row: Row = {name: number(line[source]) or None for name, source in counts.items()}
    row["t_answered_count"] = number(line["tAnswered_count"]) or None
    row["t_wait_count"] = row["n_offered"]
    return interval(queue_id=line["queue"], media_type="voice", **row)


def service_levels(view: str, lines: list[dict[str, str]]) -> dict[str, Row]:
    sql = f"SELECT * FROM metrics.{view}"
    return {row["queue_id"]: row for row in asked(sql, {"queue_intervals": map(told, lines)})}


@pytest.mark.parametrize("view", ["service_level", "service_level_by_hour", "service_level_by_day"])
def test_the_service_level_of_each_observed_queue(view: str) -> None:
    found = service_levels(view, QUEUES)
    assert len(found) == len(QUEUES)
    for line in QUEUES:
        row = found[line["queue"]]
        assert row["offered"] == row["interactions_offered"] == number(line["nOffered"])
        assert row["answered"] == row["interactions_answered"] == number(line["tAnswered_count"])
        assert row["abandoned"] == number(line["tAbandon_count"])
        assert row["flow_outs"] == number(line["tFlowOut_count"])
        assert row["short_abandoned"] == (number(line["tShortAbandon_count"]) or 0)
        assert row["service_level_numerator"] == number(line["sl_numerator"])
        assert row["interactions_answered_within_threshold"] == number(line["sl_numerator"])
        assert row["service_level_denominator"] == number(line["sl_denominator"])
        assert row["service_level"] == rounded(line["sl_ratio"], MILLIONTH)


def test_the_service_level_of_all_is_sum_by_sum() -> None:
    sql = (
        "SELECT sum(offered) AS offered, sum(service_level_numerator) AS n, "
        "sum(service_level_denominator) AS d FROM metrics.service_level"
    )
    (row,) = asked(sql, {"queue_intervals": map(told, QUEUES)})
    assert row == {
        "offered": number(SUM["nOffered"]),
        "n": number(SUM["sl_numerator"]),
        "d": number(SUM["sl_denominator"]),
    }
    one = {"queue_intervals": [{**told(line), "queue_id": "one"} for line in QUEUES]}
    (added,) = asked("SELECT service_level FROM metrics.service_level_by_day", one)
    assert added["service_level"] == rounded(SUM["sl_ratio"], MILLIONTH)


def test_waits_of_the_observed_queues() -> None:
    rows = asked("SELECT * FROM metrics.queue_kpis", {"queue_intervals": map(told, QUEUES)})
    found = {row["queue_id"]: row for row in rows}
    for line in QUEUES:
        row, answered = found[line["queue"]], int(line["tAnswered_count"])
        assert row["offered"] == row["answered"] + row["abandoned"] + row["flow_outs"]
        flowed = int(line["tFlowOut_sum_ms"])
        assert row["wait_ms"] == row["answered_ms"] + row["abandoned_ms"] + flowed
        asa = Decimal(line["tAnswered_sum_ms"]) / answered if answered else None
        speed = row["average_speed_of_answer_ms"]
        assert speed == (asa and asa.quantize(MILLIONTH, ROUND_HALF_UP))
        share = Decimal(line["tAbandon_count"]) / int(line["nOffered"])
        assert row["abandon_rate"] == share.quantize(MILLIONTH, ROUND_HALF_UP)


def handled(line: dict[str, str]) -> Row:
    columns = {
        "t_handle_count": "tHandle_count",
        "t_handle_ms": "tHandle_sum_ms",
        "t_talk_complete_ms": "tTalkComplete_sum_ms",
        "t_held_complete_ms": "tHeldComplete_sum_ms",
        "t_acw_ms": "tAcw_sum_ms",
        "t_dialing_ms": "tDialing_sum_ms",
        "t_contacting_ms": "tContacting_sum_ms",
    }
    row: Row = {name: number(line[source]) or None for name, source in columns.items()}
    return interval(queue_id=line["queue"], media_type="voice", **row)


@pytest.mark.parametrize("view", ["queue_kpis", "queue_kpis_by_month"])
def test_the_handle_time_of_each_observed_queue(view: str) -> None:
    tables = {"queue_intervals": map(handled, HANDLED)}
    found = {row["queue_id"]: row for row in asked(f"SELECT * FROM metrics.{view}", tables)}
    assert len(found) == len(HANDLED)
    for line in HANDLED:
        row = found[line["queue"]]
        parts = ("talk_ms", "hold_ms", "acw_ms", "dialing_ms", "contacting_ms")
        assert row["handle_ms"] - sum(row[part] for part in parts) == int(line["residual_ms"])
        aht = row["average_handle_ms"].quantize(THOUSANDTH, ROUND_HALF_UP)
        assert aht == Decimal(line["aht_ms"])


# Of the published formulas, those that an organisation's options can express: what was counted, and
# the options. The others count abandons as answered in time, or go by another threshold.
FORMULAS: dict[str, tuple[dict[str, int], Options]] = {
    "F2": ({"answered": 1000, "over": 140, "abandoned": 60}, Options(abandons=False)),
    "F3": ({"answered": 1000, "over": 140, "abandoned": 60}, DEFAULT),
    "CISCO-ignore": ({"answered": 90, "over": 20, "abandoned": 10}, Options(abandons=False)),
    "CISCO-neg": ({"answered": 90, "over": 20, "abandoned": 10}, DEFAULT),
    "CISCO-30s": ({"answered": 130, "over": 80}, DEFAULT),
    "GENESYS-statserver": (
        {"answered": 300, "over": 100, "abandoned": 100, "short": 50},
        Options(short_abandons=False),
    ),
}


def counted(answered: int, over: int = 0, abandoned: int = 0, **more: Any) -> Row:
    return interval(
        queue_id=more.get("queue", "q"),
        media_type="voice",
        n_offered=answered + abandoned + more.get("flow_outs", 0),
        t_answered_count=answered,
        n_over_sla=over,
        t_abandon_count=abandoned,
        t_short_abandon_count=more.get("short", 0),
        t_flow_out_count=more.get("flow_outs", 0),
    )


@pytest.mark.parametrize("name", FORMULAS)
def test_a_published_formula(name: str) -> None:
    (line,) = (line for line in vectors("service_level_formulas_published") if line["id"] == name)
    counts, options = FORMULAS[name]
    tables = {"queue_intervals": [counted(**counts)]}
    (row,) = asked("SELECT * FROM metrics.service_level", tables, options)
    assert row["service_level_numerator"] == int(line["numerator"])
    assert row["service_level_denominator"] == int(line["denominator"])
    percentage = (row["service_level"] * 100).quantize(Decimal("0.0001"))
    assert percentage == Decimal(line["exact_pct"])


def test_what_is_weighted_is_no_average_of_percentages() -> None:
    (line,) = (o for o in vectors("service_level_formulas_published") if o["id"] == "WEIGHTED")
    rows = [counted(answered=300, over=66), counted(answered=1200, over=180)]
    (row,) = asked("SELECT * FROM metrics.service_level_by_day", {"queue_intervals": rows})
    assert row["service_level"] * 100 == Decimal(line["exact_pct"])
    assert row["service_level_numerator"] == int(line["numerator"])


BOTH_OFF = Options(abandons=False, short_abandons=False)


@pytest.mark.parametrize(
    ("options", "denominator"),
    [
        (Options(), 100 + 20),
        (Options(short_abandons=False), 100 + 20 - 8),
        (Options(abandons=False), 100),
        (BOTH_OFF, 100),  # by the letter of the vendor's page 92: short abandons taken away twice
        (Options(flow_outs=True), 100 + 20 + 5),
        (Options(flow_outs=True, short_abandons=False), 100 + 20 - 8 + 5),
        (Options(flow_outs=True, abandons=False), 100 + 5),
        (Options(True, False, False), 100 + 5),
    ],
)
def test_the_options_of_an_organisation_apply_to_what_is_held(
    options: Options, denominator: int
) -> None:
    rows = [counted(answered=100, over=30, abandoned=20, short=8, flow_outs=5)]
    (row,) = asked("SELECT * FROM metrics.service_level", {"queue_intervals": rows}, options)
    assert (row["service_level_numerator"], row["service_level_denominator"]) == (70, denominator)
    exact = (Decimal(70) / denominator).quantize(MILLIONTH, ROUND_HALF_UP)
    assert row["service_level"] == exact
