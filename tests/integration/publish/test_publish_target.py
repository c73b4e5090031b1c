"""What stands in the target already: of other directories, other versions, and of the user."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import SMALL, Site
from tests.postgres_server import INSTALLED
from tests.publishing import (
    TREE_KEYS,
    Base,
    held,
    published,
    require_equal,
    there,
    versions,
)  # fmt: skip
from tests.sites import Sites
from trunkline.engine.syncing import Wish as SyncWish
from trunkline.errors import (
    TargetClosed,
    TargetMismatch,
)
from trunkline.publish import Wish
from trunkline_simulator.settings import Shape

pytestmark = [
    pytest.mark.skipif(not INSTALLED, reason="needs PostgreSQL 15"),
    pytest.mark.xdist_group("publish"),
]

SOME = SyncWish(start=datetime(2026, 2, 20, tzinfo=UTC))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    found = Site(tmp_path / "data", SMALL)
    found.sync(SOME)
    return found


def test_several_organisations_have_each_their_schema(tmp_path: Path, base: Base) -> None:
    other = replace(SMALL, shape=Shape(seed=8, per_day=6), salt="globex", short_name="globex")
    sites = Sites(tmp_path / "data", {"acme": SMALL, "globex": other})
    sites.sync(SOME)
    for name in ("acme", "globex", "acme"):
        published(sites, base, Wish(organization=name))
    assert require_equal(sites, base, "acme")
    assert require_equal(sites, base, "globex")


def another(tmp_path: Path, name: str, **settings: Any) -> Site:
    """Another data directory of an organisation."""
    site = Site(tmp_path / name, replace(SMALL, **settings))
    site._keys = count(hash(name) % 10**9 * 10**6)  # as random as keys are
    return site


def test_two_directories_of_one_organisation_add_up(tmp_path: Path, base: Base) -> None:
    one, two = another(tmp_path, "one"), another(tmp_path, "two")
    one.sync(replace(SOME, end=datetime(2026, 3, 1, tzinfo=UTC)))
    two.wait(days=30)
    two.sync(replace(SOME, start=datetime(2026, 2, 25, tzinfo=UTC)))
    published(one, base)
    published(two, base)
    again = published(one, base)
    assert again.published == again.removed == ()
    assert again.newer == tuple(date(2026, 2, day) for day in range(25, 29))
    assert any("later fetch" in notice for notice in again.notices)
    require_equal(one, base, days=frozenset(date(2026, 2, day) for day in range(20, 25)))
    later = frozenset(date(2026, 2, 25) + timedelta(days=n) for n in range(60))
    require_equal(two, base, days=later)


def test_another_organisation_of_the_same_name_is_kept_out(tmp_path: Path, base: Base) -> None:
    one = another(tmp_path, "one")
    two = another(
        tmp_path,
        "two",
        clients=(replace(SMALL.clients[0], client_id="5f0c7d2e-0000-4000-a000-5eedc11e4702"),),
    )
    one.sync(SOME)
    two.sync(SOME)
    published(one, base)
    before = versions(base)
    with pytest.raises(TargetMismatch, match="another client") as caught:
        published(two, base)
    assert "--schema" in (caught.value.hint or "")
    assert versions(base) == before
    published(two, base, Wish(schema="other"))
    assert len(there(base, "other.segments")) == len(held(two, "segments"))
    assert published(two, base, Wish(adopt=True)).schema == "genesys"
    assert published(two, base).published == ()  # known from now on


def test_a_table_that_is_not_ours_is_left_alone(site: Site, base: Base) -> None:
    base.run("CREATE SCHEMA genesys CREATE TABLE segments (mine text)")
    with pytest.raises(TargetMismatch, match=r"genesys\.segments is there"):
        published(site, base)
    assert base.values(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'genesys'::regnamespace"
    ) == [1]
    done = published(site, base, Wish(schema="trunkline_genesys"))
    assert done.schema == "trunkline_genesys"
    with pytest.raises(TargetMismatch):
        published(site, base, Wish(dry_run=True))


def test_a_column_of_another_type_is_refused(site: Site, base: Base) -> None:
    published(site, base)
    base.run("ALTER TABLE genesys.segments ALTER ordinal TYPE integer")
    before = versions(base)
    site.wait(days=1)
    site.sync(SOME)
    with pytest.raises(TargetMismatch, match=r"segments\.ordinal is integer .* bigint"):
        published(site, base)
    assert versions(base) == before


def test_a_column_that_is_not_there_is_added_and_filled(site: Site, base: Base) -> None:
    published(site, base)
    base.run("ALTER TABLE genesys.sessions DROP COLUMN media_type")
    done = published(site, base)
    assert done.made == ("column genesys.sessions.media_type",)
    require_equal(site, base)
    assert published(site, base).published == ()


def test_a_column_of_the_users_own_stays(site: Site, base: Base) -> None:
    published(site, base)
    base.run("ALTER TABLE genesys.sessions ADD COLUMN mine text DEFAULT 'x'")
    site.wait(days=1)
    site.sync(SOME)
    published(site, base)
    assert set(base.values("SELECT mine FROM genesys.sessions")) == {"x"}
    base.run("ALTER TABLE genesys.sessions ALTER mine DROP DEFAULT, ALTER mine SET NOT NULL")
    with pytest.raises(TargetMismatch, match=r"sessions\.mine is not a column of ours"):
        published(site, base)


def test_a_table_that_was_dropped_comes_again(site: Site, base: Base) -> None:
    published(site, base)
    base.run("DROP TABLE genesys.sessions CASCADE")
    published(site, base)
    require_equal(site, base)
    keys = base.values("SELECT convalidated FROM pg_constraint WHERE contype = 'f'")
    assert keys == [True] * len(TREE_KEYS)


def test_what_a_newer_version_published_is_left_alone(site: Site, base: Base) -> None:
    published(site, base)
    base.run("UPDATE genesys.trunkline_tables SET mapping_version = 99")
    with pytest.raises(TargetMismatch, match="newer version"):
        published(site, base)
    base.run("UPDATE genesys.trunkline_publish SET format = 99")
    with pytest.raises(TargetMismatch, match="newer version"):
        published(site, base)


def test_a_user_without_rights_is_told_so(site: Site, base: Base) -> None:
    base.run("CREATE ROLE reader LOGIN")
    reader = replace(base, user="reader")
    with pytest.raises(TargetClosed) as caught:
        published(site, reader)
    assert caught.value.exit_status == 3
    assert "CREATE" in (caught.value.hint or "")
    base.run("CREATE SCHEMA genesys AUTHORIZATION reader")
    published(site, reader)
    require_equal(site, base)


def test_a_database_that_cannot_hold_every_text_is_refused(site: Site, server: Path) -> None:
    latin = Base.made(server, "ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(Exception, match="LATIN1") as caught:
        published(site, latin)
    assert getattr(caught.value, "exit_status", None) == 2


def test_a_day_that_came_from_here_and_is_held_no_more_is_removed(site: Site, base: Base) -> None:
    published(site, base)
    for day, lake in (("2020-01-01", "lake"), ("2020-01-02", "'other'")):
        base.run(
            "INSERT INTO genesys.conversations (conversation_id, conversation_start) "
            f"VALUES ('{day}', '{day} 12:00Z'); INSERT INTO genesys.trunkline_days "
            f"SELECT dataset, '{day}', whole, final, conversations, fetched_at, watermark, "
            f"published_at, row_counts, altered, {lake}, snapshot, files, content "
            "FROM genesys.trunkline_days ORDER BY day LIMIT 1"
        )
    done = published(site, base)
    assert done.removed == (date(2020, 1, 1),)
    assert done.deleted["conversations"] == 1
    old = (
        "SELECT conversation_id FROM genesys.conversations WHERE conversation_start < '2021-01-01'"
    )
    assert base.values(old) == ["2020-01-02"]
