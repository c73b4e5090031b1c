"""Publishing that ends in the middle leaves whole days; several at once are in nobody's way."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import SMALL, Site
from tests.postgres_server import INSTALLED
from tests.publishing import TREE, Base, held, published, require_equal, require_rows, there
from trunkline.engine.syncing import Wish as SyncWish
from trunkline.errors import TargetError
from trunkline.publish import Published, Wish
from trunkline.publish.progress import Day

pytestmark = [
    pytest.mark.skipif(not INSTALLED, reason="needs PostgreSQL 15"),
    pytest.mark.xdist_group("publish"),
]

SOME = SyncWish(start=datetime(2026, 3, 7, tzinfo=UTC), end=datetime(2026, 3, 10, tzinfo=UTC))
DAYS = frozenset({date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9)})
# Ends the session at the so-manieth statement; a sequence counts on whatever is rolled back.
FUSE = """
CREATE SEQUENCE public.steps;
CREATE TABLE public.fuse (at bigint);
INSERT INTO public.fuse VALUES (0);
CREATE FUNCTION public.burn() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('public.steps') = (SELECT at FROM public.fuse) THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    END IF;
END $$;
CREATE FUNCTION public.row_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM public.burn(); RETURN NULL;
END $$;
CREATE FUNCTION public.ddl_step() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM public.burn();
END $$;
"""


@pytest.fixture
def base(base: Base) -> Base:
    base.run(FUSE)
    return base


@pytest.fixture
def site(tmp_path: Path) -> Site:
    found = Site(tmp_path / "data", SMALL)
    found.sync(SOME)
    return found


def lit(base: Base, at: int) -> None:
    base.run(f"UPDATE public.fuse SET at = {at}; SELECT setval('public.steps', 1, false)")


def steps(base: Base) -> int:
    return int(base.values("SELECT last_value FROM public.steps")[0])


def watch_rows(base: Base) -> None:
    for table in (*TREE, "trunkline_days"):
        for event in ("INSERT", "UPDATE", "DELETE"):
            base.run(
                f"CREATE TRIGGER on_{event} AFTER {event} ON genesys.{table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION public.row_step()"
            )


def all_held(site: Site) -> dict[str, list[dict[str, Any]]]:
    return {table: held(site, table) for table in TREE}


def require_whole_days(want: dict[str, list[dict[str, Any]]], base: Base) -> frozenset[date]:
    """Assert that each day that is noted is there as it is held, and of others nothing."""
    noted = frozenset(base.values("SELECT day FROM genesys.trunkline_days"))
    for table, rows in want.items():
        of_noted = [row for row in rows if row["conversation_start"].date() in noted]
        require_rows(of_noted, there(base, f"genesys.{table}"))
    return noted


def test_a_session_that_ends_at_any_statement_of_a_day_leaves_whole_days(
    site: Site, base: Base
) -> None:
    published(site, base, Wish(end=datetime(2026, 3, 1, tzinfo=UTC)))  # tables alone
    watch_rows(base)
    lit(base, 0)
    published(site, base)
    every = steps(base)
    assert every > 3 * 20
    met, want = set(), all_held(site)
    for at in range(1, every + 1, 7):
        base.run("TRUNCATE genesys.conversations CASCADE; DELETE FROM genesys.trunkline_days")
        lit(base, at)
        with pytest.raises(TargetError) as caught:
            published(site, base)
        assert caught.value.exit_status == 4
        met.add(len(require_whole_days(want, base)))
        lit(base, 0)
        published(site, base)
        assert require_whole_days(want, base) == DAYS
    assert met == {0, 1, 2}


def test_a_refreshed_day_is_as_before_or_as_after(site: Site, base: Base) -> None:
    published(site, base)
    watch_rows(base)
    before = {t: told(base, t) for t in TREE}
    site.simulate(replace(site.simulation, corrected_share=1.0, corrected_seconds=86_400))
    site.wait(days=20)
    site.sync(replace(SOME, refresh=True))
    for at in (3, 12, 18):
        lit(base, at)
        with pytest.raises(TargetError):
            published(site, base)
        for table in TREE:
            assert told(base, table) == before[table]
    lit(base, 0)
    assert set(published(site, base).published) == DAYS
    require_equal(site, base)
    assert told(base, "session_metrics") != before["session_metrics"]


@pytest.mark.parametrize("at", [1, 2, 30, 90, 150])
def test_tables_are_made_all_at_once_or_not(site: Site, base: Base, at: int) -> None:
    base.run("CREATE EVENT TRIGGER steps ON ddl_command_end EXECUTE FUNCTION public.ddl_step()")
    lit(base, at)
    with pytest.raises(TargetError, match="terminating"):
        published(site, base)
    assert base.values("SELECT nspname FROM pg_namespace WHERE nspname = 'genesys'") == []
    lit(base, 0)
    published(site, base)
    assert require_whole_days(all_held(site), base) == DAYS


def test_stopping_keeps_the_days_that_were_done(site: Site, base: Base) -> None:
    def stop(day: Day) -> None:
        if day.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        published(site, base, observe=stop)
    assert len(require_whole_days(all_held(site), base)) == 2
    assert len(published(site, base).published) == 1
    require_equal(site, base)


def told(base: Base, table: str) -> list[str]:
    return sorted(map(repr, there(base, f"genesys.{table}")))


def at_once(places: list[tuple[Site, Wish]], base: Base) -> list[Published]:
    """Publish from several threads, which begin together."""
    barrier, done, failed = threading.Barrier(len(places)), [], []

    def work(place: Site, wish: Wish) -> None:
        barrier.wait()
        try:
            done.append(published(place, base, wish))
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=pair) for pair in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return done


def test_two_publishers_at_once_write_each_day_once(site: Site, base: Base) -> None:
    done = at_once([(site, Wish()), (site, Wish())], base)
    days = [day for one in done for day in one.published]
    assert sorted(days) == sorted(DAYS)
    assert {one.unchanged + len(one.published) for one in done} == {3}
    require_equal(site, base)


def test_publishers_of_other_tables_at_once_come_to_all_of_them(site: Site, base: Base) -> None:
    at_once([(site, Wish(tables=(t,))) for t in ("segments", "participant_attributes")], base)
    published(site, base, Wish(tables=("conversations",)))
    for table in ("conversations", "segments", "participant_attributes"):
        assert len(there(base, f"genesys.{table}")) == len(held(site, table)) > 0


def test_two_directories_at_once_end_as_of_the_later_fetch(tmp_path: Path, base: Base) -> None:
    correcting = replace(SMALL, corrected_share=1.0, corrected_seconds=20 * 86_400)
    one, two = (Site(tmp_path / name, correcting) for name in ("one", "two"))
    two._keys = count(10**6)
    one.sync(SOME)
    two.wait(days=30)
    two.sync(SOME)
    at_once([(one, Wish()), (two, Wish())], base)
    require_equal(two, base)
    assert len(base.values("SELECT DISTINCT lake FROM genesys.trunkline_days")) == 1
