"""`trunkline service-level`, as an analyst runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.acceptance.commands import SMALL, Desk, desk
from trunkline_simulator.settings import Shape

DAYS = ("--from", "2025-03-03", "--to", "2025-03-06")


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    busy = replace(SMALL, shape=Shape(per_day=40))
    with desk(tmp_path_factory.mktemp("desk"), busy) as found:
        yield found


def asked(at: Desk, sql: str) -> list[dict[str, object]]:
    done = at.run("query", "--format", "json", sql)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def test_the_report_is_what_the_view_says(at: Desk) -> None:
    done = at.run("service-level", "--queue", "support", *DAYS)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Support (")
    assert lines[1] == "2025-03-03 00:00 to 2025-03-06 00:00, UTC"
    assert "flow-outs out" in lines[2]
    (sums,) = asked(
        at,
        "SELECT sum(offered) AS offered, sum(answered) AS answered, "
        "sum(answered_within_threshold) AS within, sum(service_level_numerator) AS n, "
        "sum(service_level_denominator) AS d FROM metrics.service_level WHERE media_type = 'voice' "
        "AND interval_start >= '2025-03-03' AND interval_start < '2025-03-06' "
        "AND queue_name = 'Support'",
    )
    voice = done.stdout.partition("\nvoice: threshold 20 s, target 80 %\n")[2].partition("\n\n")[0]
    total = voice.splitlines()[-1].split()
    assert total[:4] == ["total", *(str(sums[name]) for name in ("offered", "answered", "within"))]
    assert total[-2:] == [f"{100 * int(str(sums['n'])) / int(str(sums['d'])):.2f}", "%"]


def test_rows_come_as_data(at: Desk) -> None:
    done = at.run(
        "service-level", "--queue", "Support", *DAYS, "--format", "json", "--interval", "total"
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert {row["queue_name"] for row in rows} == {"Support"}
    assert {row["interval_start"] for row in rows} == {"2025-03-03T00:00:00.000Z"}
    assert "reported_denominator" not in rows[0]


def test_an_id_is_as_good_as_a_name(at: Desk) -> None:
    (queue,) = asked(at, "SELECT queue_id FROM queues WHERE name = 'Billing'")
    by_id = at.run("service-level", "--queue", str(queue["queue_id"]), *DAYS)
    assert by_id.stdout == at.run("service-level", "--queue", "Billing", *DAYS).stdout
    assert by_id.stdout.startswith("Billing (")


def test_a_name_that_is_nearly_right_is_refused_with_the_right_one(at: Desk) -> None:
    before = at.asked("POST", "/aggregates/query")
    done = at.run("service-level", "--queue", "Suport", *DAYS)
    assert done.returncode == 2
    assert "there is no queue Suport" in done.stderr
    assert "Did you mean Support?" in done.stderr
    assert at.asked("POST", "/aggregates/query") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2025-03-06", "--to", "2025-03-03"), "--from must be before --to"),
        (("--from", "soon", "--to", "2025-03-03"), "--from 'soon' is neither a date nor a time"),
        ((*DAYS, "--timezone", "Mars/Base"), "there is no time zone 'Mars/Base'"),
        ((*DAYS, "--interval", "2h"), "'2h' is not one of"),
        ((*DAYS, "--org", "globex"), "there is no organisation globex"),
        ((*DAYS, "--interval", "5m"), "--interval 5m is finer than what is held"),
        (("--from", "2025-03-03T09:07", "--to", "2025-03-06"), "--from is not where an interval"),
    ],
)
def test_what_cannot_be_meant_is_refused(at: Desk, arguments: tuple[str, ...], said: str) -> None:
    done = at.run("service-level", "--queue", "Support", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_options_of_the_organisation_apply_at_once_and_a_difference_is_told(at: Desk) -> None:
    month = ("service-level", "--queue", "Support", "--from", "2025-03-01", "--to", "2025-04-01")
    usual = at.run(*month)
    assert usual.returncode == 0, usual.stderr
    assert "provider's own" not in usual.stderr
    before = at.requests
    done = at.run(*month, TRUNKLINE_SERVICE_LEVEL_FLOW_OUTS="true")
    assert done.returncode == 0, done.stderr
    assert "flow-outs in" in done.stdout
    assert "it calculates as with service_level_flow_outs = false" in done.stderr
    assert at.requests == before
