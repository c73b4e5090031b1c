"""Whole lists in the user's own PostgreSQL: as a whole each time, with those who are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.gateway import SMALL, Site
from tests.postgres_server import INSTALLED
from tests.publishing import Base, held, ignore, require_rows, there
from trunkline.engine.syncing import Wish as SyncWish
from trunkline.publish import Published, Wish, publish, target_of
from trunkline_simulator.settings import DirectoryChange

pytestmark = [
    pytest.mark.skipif(not INSTALLED, reason="needs PostgreSQL 15"),
    pytest.mark.xdist_group("publish"),
]
LISTS = ("users", "queues", "queue_media_settings", "queue_members")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    found = Site(tmp_path / "data", SMALL)
    found.sync(SyncWish(tables=LISTS))
    return found


def published(site: Site, base: Base, *tables: str) -> dict[str, Published]:
    with site.engine() as engine:
        done = publish(engine, target_of(base.url), Wish(tables=tables), ignore)
    return {one.listed: one for one in done}


def test_lists_that_are_held_are_published_whole_and_again_when_they_have_changed(
    site: Site, base: Base
) -> None:
    done = published(site, base)
    assert {name for name in done if name} == {"users", "queues", "queue_members"}
    assert str(done["users"]).startswith("genesys in ")
    assert ": users published; snapshot" in str(done["users"])
    for table in LISTS:
        assert require_rows(held(site, table), there(base, f"genesys.{table}")) > 8
    again = published(site, base)
    assert all(one.unchanged == 1 for name, one in again.items() if name)
    gone = DirectoryChange(site.clock.now() + timedelta(hours=1), "queues", 1, "delete")
    site.simulate(replace(site.simulation, changes=(gone,)))
    site.wait(days=2)
    site.sync(SyncWish(tables=("queues",)))
    later = published(site, base, "queues")
    assert later["queues"].written["queues"] == later["queues"].deleted["queues"] == 9
    for table in LISTS:
        require_rows(held(site, table), there(base, f"genesys.{table}"))
    marked = base.values("SELECT count(*) FROM genesys.queues WHERE deleted_at IS NOT NULL")
    assert marked == [1]
    keys = base.values("SELECT conname FROM pg_constraint WHERE contype = 'f' ORDER BY 1")
    assert [name for name in keys if "queue" in name] == ["queue_media_settings_queue_id_fkey"]
    assert later["queues"].certificate()["list"] == {"dataset": "queues", "outcome": "published"}


def test_a_list_that_is_not_held_is_nothing_to_publish(site: Site, base: Base) -> None:
    done = published(site, base, "wrapup_codes")["wrapup_codes"]
    assert "wrapup_codes not held" in str(done)
    assert there(base, "genesys.wrapup_codes") == []
