"""What a service says of itself, to people and to programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes import VirtualClock, run
from trunkline.engine.following import Round, Trouble
from trunkline.engine.health import Health, health_of
from trunkline.engine.health_file import FILE, HealthFile, status
from trunkline.engine.standing import Standing, complete_to
from trunkline.engine.syncing import Synced
from trunkline.errors import ProviderUnreachable
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.lock import holder_of, serving
from trunkline.wording import lasting

AT = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
NEXT = AT + timedelta(minutes=15)
DONE = Synced((), 4, 4, 0, 1234, 9, 5, (), {})
HELD = Standing(datetime(2025, 3, 1, 3, 25, tzinfo=UTC), None, 12)
GOOD = health_of(Round(AT, NEXT, AT, done=DONE), HELD, 901.0)


def failing(rounds: int = 3, success: datetime | None = AT - timedelta(hours=1)) -> Health:
    error = ProviderUnreachable("tried GET /x 6 times")
    since = AT - timedelta(minutes=7)
    trouble = Trouble(since, rounds, error, told=since)
    return health_of(Round(AT, NEXT, success, trouble=trouble), HELD, 901.0)


def test_the_line_after_a_round_that_went_well() -> None:
    assert str(GOOD) == (
        "2025-03-01T09:30:00Z ok: 4 days fetched, 1,234 rows landed, 9 requests; "
        "complete up to 2025-03-01T03:25:00Z (6 h 5 min behind); 12 conversations open; "
        "next round 2025-03-01T09:45:00Z"
    )


def test_the_line_after_a_round_that_failed() -> None:
    assert str(failing()) == (
        "2025-03-01T09:30:00Z failing: 3 rounds failed since 2025-03-01T09:23:00Z "
        "(ProviderUnreachable), last success 2025-03-01T08:30:00Z; "
        "complete up to 2025-03-01T03:25:00Z (6 h 5 min behind); 12 conversations open; "
        "next round 2025-03-01T09:45:00Z"
    )
    assert "1 round failed since" in str(failing(1, None))
    assert "last success never" in str(failing(1, None))


def test_the_line_says_how_far_the_tail_reaches_and_that_there_is_nothing() -> None:
    tail = replace(GOOD, tail_to=AT - timedelta(seconds=9))
    assert "(6 h 5 min behind), the tail to 2025-03-01T09:29:51Z; 12" in str(tail)
    assert "complete up to nothing yet; 1 conversation open" in str(
        replace(GOOD, complete_to=None, open=1)
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (3_599, "1 h"),
        (3_600, "1 h"),
        (11_100, "3 h 5 min"),
        (86_400, "1 d"),
        (187_200, "2 d 4 h"),
    ],
)
def test_durations_as_they_are_said(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def day(number: int, watermark: datetime) -> CoveredDay:
    return CoveredDay(
        dataset="conversation_details",
        day=date(2025, 3, number),
        fetched_at=watermark,
        watermark=watermark,
        fingerprint="",
        divisions=None,
        job="",
        conversations=0,
    )


def test_data_is_complete_up_to_the_first_moment_that_is_missing() -> None:
    since, late = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 9, tzinfo=UTC)
    six = datetime(2025, 3, 3, 6, tzinfo=UTC)
    assert complete_to(since, []) is None
    assert complete_to(since, [day(2, late)]) is None
    assert complete_to(since, [day(1, late), day(2, late)]) == datetime(2025, 3, 3, tzinfo=UTC)
    assert complete_to(since, [day(n, late) for n in (1, 2, 4)]) == datetime(2025, 3, 3, tzinfo=UTC)
    assert complete_to(since, [day(1, late), day(2, late), day(3, six)]) == six
    early = datetime(2025, 3, 1, 23, tzinfo=UTC)
    assert complete_to(since, [day(1, early), day(2, late)]) == early


def test_the_file_is_for_its_owner_and_for_programs(tmp_path: Path) -> None:
    clock = VirtualClock(AT)
    file = HealthFile(tmp_path, clock, 901.0)
    file.keep("genesys", failing())
    found = tmp_path / FILE
    assert found.stat().st_mode & 0o777 == 0o600
    told = json.loads(found.read_text())
    assert told["process"] == os.getpid()
    assert told["written_at"] == "2025-03-01T09:30:00Z"
    genesys = told["organizations"]["genesys"]
    assert genesys["state"] == "failing"
    assert genesys["failed_rounds"] == 3
    assert genesys["complete_to"] == "2025-03-01T03:25:00Z"
    assert genesys["last_success"] == "2025-03-01T08:30:00Z"
    assert [path.name for path in tmp_path.iterdir()] == [FILE], "nothing half written is left"


def test_a_file_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / f"{FILE}.partial").mkdir()
    HealthFile(tmp_path, VirtualClock(AT), 901.0).keep("genesys", GOOD)
    assert status(tmp_path, AT).healthy is False


def test_a_service_that_runs_is_healthy_while_its_successes_are_recent(tmp_path: Path) -> None:
    clock = VirtualClock(AT)

    async def story() -> None:
        async with serving(tmp_path, clock, lambda _: None):
            file = HealthFile(tmp_path, clock, 901.0)
            found = status(tmp_path, AT)
            assert found.healthy
            assert found.lines == (f"running as process {os.getpid()} since 2025-03-01T09:30:00Z",)
            new = status(tmp_path, AT + timedelta(minutes=46))
            assert not new.healthy
            assert new.lines[-1] == "late: no round has gone well since it began 46 min ago"
            file.keep("genesys", GOOD)
            found = status(tmp_path, AT + timedelta(minutes=45))
            assert found.healthy
            assert found.lines[1] == str(GOOD)
            late = status(tmp_path, AT + timedelta(minutes=46))
            assert not late.healthy
            assert late.lines[-1] == "genesys: late: the last success was 46 min ago"
            file.keep("genesys", failing())
            assert status(tmp_path, AT).lines[2] == "  tried GET /x 6 times"

    run(clock, story())


def test_an_organisation_that_is_given_up_is_not_well_though_others_are(tmp_path: Path) -> None:
    clock = VirtualClock(AT)

    async def story() -> None:
        async with serving(tmp_path, clock, lambda _: None):
            file = HealthFile(tmp_path, clock, 901.0)
            file.keep("acme", GOOD)
            file.give_up("globex", "the client is refused")
            found = status(tmp_path, AT)
            assert not found.healthy
            assert found.lines[1] == f"acme: {GOOD}"
            assert found.lines[-1] == (
                "globex: not followed any more, until the service is started again: "
                "the client is refused"
            )

    run(clock, story())


def test_a_service_that_has_ended_is_not_healthy_and_says_how(tmp_path: Path) -> None:
    assert status(tmp_path, AT).lines == (f"no `trunkline sync --follow` has run in {tmp_path}",)
    assert not list(tmp_path.iterdir()), "looking changes nothing"
    file = HealthFile(tmp_path, VirtualClock(AT), 901.0)
    file.keep("genesys", GOOD)
    killed = status(tmp_path, AT)
    assert not killed.healthy
    assert killed.lines[0].endswith("the last service wrote at 2025-03-01T09:30:00Z; it was killed")
    file.end("stopped on request")
    assert status(tmp_path, AT).lines[0].endswith("; stopped on request")


def test_a_service_that_begins_again_knows_of_the_successes_of_the_one_before(
    tmp_path: Path,
) -> None:
    HealthFile(tmp_path, VirtualClock(AT), 901.0).keep("genesys", GOOD)
    after = HealthFile(tmp_path, VirtualClock(AT + timedelta(hours=9)), 901.0)
    after.keep("genesys", failing(1, None))
    told = json.loads((tmp_path / FILE).read_text())
    assert told["organizations"]["genesys"]["last_success"] == "2025-03-01T09:30:00Z"


@pytest.mark.parametrize("text", ["", "{", '{"trunkline": 5}', "[]", "\ud800"])
def test_a_file_of_another_version_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_bytes(text.encode("utf-16-be", "surrogatepass"))
    assert "has run" in status(tmp_path, AT).lines[0]


def test_the_number_of_a_dead_process_is_told_to_nobody(tmp_path: Path) -> None:
    """It is left behind by a kill, and there until the next holder writes its own."""
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    (tmp_path / "writer.pid").write_text(str(dead.pid))
    assert holder_of(tmp_path) is None
    (tmp_path / "writer.pid").write_text(str(os.getpid()))
    assert holder_of(tmp_path) == os.getpid()
    for nonsense in ("", "-1", "0", "x", "9" * 40):
        (tmp_path / "writer.pid").write_text(nonsense)
        assert holder_of(tmp_path) is None, nonsense
