"""Days belong to the rights and to the time they were fetched under; a resumed job to both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.fakes import run
from tests.gateway import SMALL, Site, same_rows
from tests.integration.test_crashes import Fuse, Killed, KillingTransport
from trunkline.engine import Options
from trunkline.engine.syncing import Wish
from trunkline_simulator.settings import Client

WEEK = 7 * 86_400
RECENT = (
    "SELECT * FROM conversations"
    " WHERE conversation_start >= '2026-03-01' AND conversation_start < '2026-03-11'"
)
JANUARY = (
    "SELECT * FROM conversations"
    " WHERE conversation_start >= '2025-01-01' AND conversation_start < '2025-02-01'"
)
REFRESH = Wish(
    start=datetime(2025, 1, 1, tzinfo=UTC), end=datetime(2025, 2, 1, tzinfo=UTC), refresh=True
)
SOME = replace(SMALL, clients=(replace(Client(), divisions=frozenset({"EMEA"})),))


def killed(site: Site, question: str, at: int) -> None:
    """Ask, and die at a request."""
    fuse = Fuse(at)
    with (
        site.engine(partial(KillingTransport, fuse=fuse, after=True)) as engine,
        pytest.raises(Killed),
    ):
        run(site.clock, engine.prepare(question, Options(), lambda _: None))


@pytest.mark.parametrize("at", range(4, 9))
def test_a_query_that_goes_on_a_week_later_has_all_of_its_days(tmp_path: Path, at: int) -> None:
    site = Site(tmp_path / "data")
    killed(site, RECENT, at)
    run(site.clock, site.clock.sleep(WEEK))
    prepared = site.prepare(RECENT)
    found = site.query(RECENT)
    truth = site.truth("conversations", date(2026, 3, 1), date(2026, 3, 10))
    if prepared.certificate["complete"]:
        same_rows("conversations", found, truth)
    else:
        # What was there before the week is what the job can have; it is said, and mended later.
        assert prepared.notices
        again = replace(site.settings, refresh_after=0)
        site.settings = again
        site.prepare(RECENT)
        same_rows("conversations", site.query(RECENT), truth)


def test_days_fetched_under_other_rights_are_stale(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", SOME)
    assert site.prepare(JANUARY).certificate["divisions"] == ["EMEA"]
    site.simulate(replace(SMALL, clients=(Client(),)))
    both = JANUARY.replace("2025-02-01", "2025-03-01")
    prepared = site.prepare(both)
    assert prepared.certificate["divisions"] == ["APAC", "EMEA", "Home"]
    truth = site.truth("conversations", date(2025, 1, 1), date(2025, 2, 28))
    same_rows("conversations", site.query(both), truth)


def test_a_job_of_other_rights_is_not_gone_on_with(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    killed(site, JANUARY, 7)
    assert site.submits() == 1
    site.simulate(SOME)
    with site.engine() as engine:
        outcome, others = run(site.clock, engine.resume(lambda _: None))
    assert outcome.published == ()
    assert len(others) == 1
    site.simulate(replace(SMALL, clients=(Client(),)))
    site.prepare(JANUARY)
    truth = site.truth("conversations", date(2025, 1, 1), date(2025, 1, 31))
    same_rows("conversations", site.query(JANUARY), truth)


def test_a_job_of_other_rights_is_given_up_once_its_days_were_fetched_again(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path / "data", replace(SOME, page_rows=20))
    killed(site, JANUARY, 9)
    site.simulate(replace(SMALL, clients=(Client(),)))
    site.prepare(JANUARY.replace("2025-02-01", "2025-01-05"))
    with site.engine() as engine:
        (job,) = (job for job in engine.jobs() if job.unfinished)  # other days of it are wanted yet
    site.prepare(JANUARY)
    with site.engine() as engine:
        assert not any(job.unfinished for job in engine.jobs())
        assert not list((site.home / "files").glob(f"*/{job.key}*"))


def test_going_on_gives_up_a_refresh_of_other_rights_whose_days_are_held(tmp_path: Path) -> None:
    """No query wants its days any more, so none would ever come upon it."""
    site = Site(tmp_path / "data", replace(SMALL, page_rows=20))
    site.prepare(JANUARY)
    site.simulate(replace(SOME, page_rows=20))
    submitting = Fuse(5)
    with (
        site.engine(partial(KillingTransport, fuse=submitting, after=True)) as engine,
        pytest.raises(Killed),
    ):
        run(site.clock, engine.sync(REFRESH, Options(), lambda _: None))
    site.simulate(replace(SMALL, page_rows=20))
    assert site.prepare(JANUARY).certificate["complete"] is True
    with site.engine() as engine:
        (job,) = (job for job in engine.jobs() if job.unfinished)
        outcome, others = run(site.clock, engine.resume(lambda _: None))
        assert (outcome.published, outcome.broken, others) == ((), (), ())
        assert not any(job.unfinished for job in engine.jobs())
    assert not list((site.home / "files").glob(f"*/{job.key}*"))
    truth = site.truth("conversations", date(2025, 1, 1), date(2025, 1, 31))
    same_rows("conversations", site.query(JANUARY), truth)


def test_a_job_of_other_rights_makes_no_covered_query_ask(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", SOME)
    killed(site, JANUARY, 7)
    site.simulate(replace(SMALL, clients=(Client(),)))
    run(site.clock, site.clock.sleep(60))
    site.prepare(JANUARY)
    before = len(site.requests)
    site.prepare(JANUARY)
    assert len(site.requests) == before


def test_held_days_say_which_rights_they_are_of(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", SOME)
    site.prepare(JANUARY)
    prepared = site.prepare(JANUARY, Options(covered=True))
    assert prepared.certificate["divisions"] == ["EMEA"]
    more = JANUARY.replace("2025-02-01", "2025-02-03")
    lacking = site.prepare(more, Options(covered=True))
    assert lacking.certificate["complete"] is False
    assert any("2025-02-01T00:00:00.000Z to 2025-02-03" in notice for notice in lacking.notices)


def test_days_of_other_rights_that_are_past_the_watermark_by_now_are_told(tmp_path: Path) -> None:
    """The provider's data reaches less far than it did: they are read as they are held."""
    site = Site(tmp_path / "data", SOME)
    site.prepare(RECENT)
    site.simulate(replace(SMALL, lag_seconds=36 * 3600))
    prepared = site.prepare(RECENT.replace("2026-03-01", "2026-02-28"))
    left = "2026-03-09T00:00:00.000Z/2026-03-11T00:00:00.000Z"
    told = f"conversation_details: held under other rights than today's: {left}"
    assert [notice for notice in prepared.notices if "rights" in notice] == [told]
