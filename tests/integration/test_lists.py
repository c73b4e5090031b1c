"""Whole lists: users, queues and what else has no time, against what the simulator has."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import NOW, SMALL, Site
from trunkline.config import MaskingRules
from trunkline.engine import Options
from trunkline.engine.syncing import Wish
from trunkline.errors import IncompleteData, PermissionMissing
from trunkline_simulator.api.permissions import ALL
from trunkline_simulator.roster import entities, members
from trunkline_simulator.settings import Client, DirectoryChange, Shape
from trunkline_simulator.truth_lists import IDS

DAY = timedelta(days=1)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data")


def told(site: Site, table: str, at: datetime | None = None) -> list[dict[str, Any]]:
    """What the simulator has on a list, in the vendor's words."""
    return list(entities(site.simulation, table, at or site.clock.now()))


def asked(site: Site, end: str) -> int:
    return sum(path.endswith(end) for _, path, _ in site.requests)


def changed(site: Site, *changes: DirectoryChange) -> None:
    site.simulate(replace(site.simulation, changes=(*site.simulation.changes, *changes)))


@pytest.mark.parametrize("table", IDS)
def test_a_list_has_all_that_the_provider_has(site: Site, table: str) -> None:
    found = site.query(f"SELECT * FROM {table}")
    want = {one["id"]: one["name"] for one in told(site, table)}
    assert len(want) >= 3
    assert {row[IDS[table]]: row["name"] for row in found} == want
    assert len(found) == len(want)
    assert {row["refreshed_at"] <= site.clock.now() for row in found} == {True}


@pytest.mark.parametrize("table", IDS)
def test_a_list_of_many_pages_has_all_that_the_provider_has(tmp_path: Path, table: str) -> None:
    site = Site(tmp_path / "data", replace(SMALL, list_rows=2))
    found = site.query(f"SELECT * FROM {table}")
    want = {one["id"]: one["name"] for one in told(site, table)}
    assert {row[IDS[table]]: row["name"] for row in found} == want
    assert len(found) == len(want)


def test_the_media_of_queues_have_their_own_service_level(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, shape=Shape(per_day=4, own_targets=True)))
    found = site.query("SELECT * FROM queue_media_settings")
    want = {
        (queue["id"], medium): settings.get("serviceLevel")
        for queue in told(site, "queues")
        for medium, settings in queue["mediaSettings"].items()
    }
    assert {(row["queue_id"], row["media_type"]) for row in found} == want.keys()
    for row in found:
        level = want[row["queue_id"], row["media_type"]] or {}
        percentage = row["service_level_percentage"]
        assert (None if percentage is None else float(percentage)) == level.get("percentage")
        assert row["service_level_ms"] == level.get("durationMs")
    assert {row["service_level_ms"] is None for row in found} == {True, False}


@pytest.mark.parametrize("rows", [2, 500])
def test_members_are_those_of_every_queue(tmp_path: Path, rows: int) -> None:
    site = Site(tmp_path / "data", replace(SMALL, list_rows=rows))
    found = site.query("SELECT queue_id, user_id, joined, queue_member_key FROM queue_members")
    want = {
        (queue["id"], user["id"])
        for queue in told(site, "queues")
        for user in members(site.simulation, queue["id"], site.clock.now())
    }
    assert {(row["queue_id"], row["user_id"]) for row in found} == want
    assert len(found) == len(want) > 20
    assert {row["queue_member_key"] for row in found} == {f"{q}:{u}" for q, u in want}
    assert {row["joined"] for row in found} == {True}


def test_grants_name_roles_subjects_and_divisions(site: Site) -> None:
    found = site.query(
        "SELECT r.name, g.subject_id, d.name AS division FROM grants g "
        "JOIN roles r USING (role_id) JOIN divisions d USING (division_id) "
        "WHERE g.subject_type = 'PC_OAUTH_CLIENT'"
    )
    (client,) = site.simulation.clients
    assert {row["subject_id"] for row in found} == {client.client_id}
    assert {row["division"] for row in found} == {one["name"] for one in told(site, "divisions")}
    people = site.query("SELECT subject_id FROM grants WHERE subject_type = 'PC_USER'")
    there = [one["id"] for one in told(site, "users") if one["state"] != "deleted"]
    assert sorted(row["subject_id"] for row in people) == sorted(there)


def test_the_organisation_is_one_row(site: Site) -> None:
    (row,) = site.query("SELECT * FROM organization")
    assert (row["short_name"], row["name"]) == ("northwind", "Northwind Contact")


def test_a_list_that_is_held_is_not_asked_for_again_before_it_is_old(site: Site) -> None:
    site.query("SELECT * FROM users")
    once = asked(site, "/users")
    assert once == 1
    before = len(site.requests)
    site.query("SELECT * FROM users")
    assert len(site.requests) == before
    site.wait(hours=25)
    site.query("SELECT * FROM users")
    assert asked(site, "/users") == 2


def test_with_a_policy_of_nothing_each_query_asks(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.settings = replace(site.settings, reference_refresh_after=0)
    site.query("SELECT * FROM users")
    site.query("SELECT * FROM users")
    assert asked(site, "/users") == 2


def test_conversations_with_names_of_those_who_left_too(site: Site) -> None:
    """A queue and a user that are deleted afterwards go on having their names."""
    sql = (
        "SELECT DISTINCT s.queue_id, q.name, p.user_id, u.name AS agent, u.deleted_at, "
        "q.deleted_at AS closed_at "
        "FROM segments s JOIN participants p USING (conversation_id, participant_id) "
        "LEFT JOIN queues q ON q.queue_id = s.queue_id LEFT JOIN users u ON u.user_id = p.user_id "
        "WHERE s.conversation_start >= '2026-03-01' AND s.conversation_start < '2026-03-05' "
        "AND p.conversation_start >= '2026-03-01' AND p.conversation_start < '2026-03-05'"
    )
    first = site.query(sql)
    queues = {one["id"]: one["name"] for one in told(site, "queues")}
    users = {one["id"]: one["name"] for one in told(site, "users")}
    assert {row["queue_id"] for row in first} & queues.keys()
    assert {row["user_id"] for row in first} & users.keys()
    gone = [DirectoryChange(site.clock.now() + DAY, "queues", place, "delete") for place in (0, 2)]
    gone += [DirectoryChange(site.clock.now() + DAY, "users", place, "delete") for place in (1, 3)]
    changed(site, *gone)
    site.wait(days=2)
    later = site.query(sql)
    names = {(row["queue_id"], row["name"], row["user_id"], row["agent"]) for row in later}
    assert names == {(r["queue_id"], r["name"], r["user_id"], r["agent"]) for r in first}
    for row in later:
        assert row["queue_id"] is None or queues[row["queue_id"]] == row["name"]
        assert row["user_id"] is None or users[row["user_id"]] == row["agent"]
    assert any(row["closed_at"] for row in later)


def test_what_is_gone_is_marked_and_what_comes_back_is_not(site: Site) -> None:
    start = site.clock.now()
    first = site.query("SELECT * FROM queues")
    third = told(site, "queues")[2]["id"]
    changed(
        site,
        DirectoryChange(start + DAY, "queues", 2, "delete"),
        DirectoryChange(start + 5 * DAY, "queues", 2, "add"),
    )
    assert not any(row["deleted_at"] for row in first)
    site.wait(days=2)
    missed = site.clock.now()
    ((gone,),) = [[r for r in site.query("SELECT * FROM queues") if r["deleted_at"]]]
    assert gone["queue_id"] == third
    assert missed <= gone["deleted_at"] <= site.clock.now()
    assert gone["refreshed_at"] < start + DAY
    kept = {row["queue_id"]: row for row in first}[third]
    assert {**gone, "deleted_at": None} == kept
    site.wait(days=2)
    (again,) = site.query(f"SELECT * FROM queues WHERE queue_id = '{third}'")
    assert again["deleted_at"] == gone["deleted_at"]
    site.wait(days=2)
    (back,) = site.query(f"SELECT * FROM queues WHERE queue_id = '{third}'")
    assert back["deleted_at"] is None
    assert back["refreshed_at"] > start + 5 * DAY


def test_a_state_that_says_deleted_is_believed(site: Site) -> None:
    start = site.clock.now()
    changed(site, DirectoryChange(start + DAY, "users", 1, "delete"))
    user = told(site, "users")[1]["id"]
    before = site.query("SELECT user_id, deleted_at FROM users WHERE deleted_at IS NOT NULL")
    assert user not in {row["user_id"] for row in before}
    site.wait(days=2)
    sql = f"SELECT state, deleted_at, refreshed_at FROM users WHERE user_id = '{user}'"
    (gone,) = site.query(sql)
    assert gone["state"] == "deleted"
    assert gone["deleted_at"] == gone["refreshed_at"]
    site.wait(days=2)
    (later,) = site.query(sql)
    assert later["deleted_at"] == gone["deleted_at"] < later["refreshed_at"]


def test_as_of_reads_a_list_as_it_was(site: Site) -> None:
    before = site.prepare("SELECT * FROM queues").snapshot
    changed(site, DirectoryChange(site.clock.now() + DAY, "queues", 0, "rename", "Renamed"))
    site.wait(days=2)
    name = "SELECT name FROM queues WHERE name = 'Renamed'"
    assert site.query(name) == [{"name": "Renamed"}]
    assert site.query(name, Options(as_of=before)) == []
    with pytest.raises(IncompleteData, match="users has never been fetched"):
        site.query("SELECT * FROM users", Options(as_of=before))


def test_what_was_never_fetched_is_an_error_where_nothing_may_be_asked(site: Site) -> None:
    with pytest.raises(IncompleteData, match="users has never been fetched") as caught:
        site.query("SELECT * FROM users", Options(covered=True))
    assert "trunkline sync users" in str(caught.value.hint)
    assert site.requests == []


def test_what_is_held_answers_where_nothing_may_be_asked_and_says_how_old_it_is(
    site: Site,
) -> None:
    site.query("SELECT * FROM users")
    site.wait(days=3)
    before = len(site.requests)
    prepared = site.prepare("SELECT count(*) FROM users", Options(covered=True))
    assert len(site.requests) == before
    assert any("users are as they were told on 2026-03-10 09:30, 3 days ago" in n
               for n in prepared.notices)  # fmt: skip


def test_explain_says_what_is_held_of_a_list(site: Site) -> None:
    with site.engine() as engine:
        text = str(engine.explain("SELECT * FROM queue_members"))
    assert "queues         missing  never fetched  fetched" in text
    assert "queue_members  missing  never fetched  fetched" in text
    site.query("SELECT * FROM users")
    site.wait(hours=5)
    with site.engine() as engine:
        text = str(engine.explain("SELECT * FROM users"))
    held = "users  held  since 2026-03-10 09:30, 5 hours ago  not old enough to be fetched again"
    assert held in text
    assert "0 requests: everything is held" in text
    site.wait(hours=20)
    with site.engine() as engine:
        text = str(engine.explain("SELECT * FROM users"))
    assert "older than reference_refresh_after; fetched again" in text
    assert "1 for whole lists" in text


def test_a_certificate_has_the_lists_behind_an_answer(site: Site) -> None:
    made = site.prepare("SELECT * FROM users JOIN divisions USING (division_id)").certificate
    users, divisions = made["lists"]
    assert (users["dataset"], divisions["dataset"]) == ("users", "divisions")
    deleted = sum(one["state"] == "deleted" for one in told(site, "users"))
    assert users["rows"] == {"users": len(told(site, "users")) - deleted}
    assert users["deleted"] == {"users": deleted}
    assert users["refreshed_at"].startswith("2026-03-10T09:30")
    assert users["requests"] == 1
    assert made["complete"] is True
    assert made["requests"]["by_endpoint"]["GET /api/v2/users"] == 1
    again = site.prepare("SELECT * FROM users").certificate
    assert again["requests"]["total"] == 0
    assert again["lists"] == [users]


def test_a_permission_that_is_missing_is_named_with_the_table_and_leaves_others_alone(
    tmp_path: Path,
) -> None:
    may = frozenset(ALL) - {"routing:wrapupCode:view"}
    site = Site(tmp_path / "data", replace(SMALL, clients=(Client(permissions=may),)))
    sql = "SELECT * FROM wrapup_codes, queues"
    with pytest.raises(PermissionMissing) as caught:
        site.query(sql)
    assert "wrapup_codes could not be fetched" in caught.value.message
    assert "routing:wrapupCode:view" in caught.value.message
    assert "queues" not in caught.value.message
    assert site.query("SELECT count(*) AS n FROM queues", Options(covered=True))[0]["n"] > 3
    prepared = site.prepare(sql, Options(allow_partial=True))
    assert prepared.certificate["complete"] is False
    assert any("wrapup_codes could not be fetched" in notice for notice in prepared.notices)


def test_lists_are_synced_by_name_and_kept_fresh_once_they_are_held(site: Site) -> None:
    done = site.sync(Wish(tables=("users", "queues")))
    assert (done.lists, done.lists_held, done.days) == (2, 0, 0)
    assert str(done).startswith("2 lists fetched, 0 held already; ")
    again = site.sync(Wish(tables=("users", "queue_media_settings")))
    assert (again.lists, again.lists_held, again.requests) == (0, 2, 0)
    forced = site.sync(Wish(tables=("users",), refresh=True))
    assert (forced.lists, asked(site, "/users")) == (1, 2)
    site.wait(days=2)
    whole = site.sync(Wish(start=NOW - 3 * DAY, end=NOW - 2 * DAY))
    assert whole.lists == 2
    assert asked(site, "/wrapupcodes") == 0


def test_mail_addresses_of_employees_are_masked_and_names_are_not(site: Site) -> None:
    found = site.query("SELECT name, email, username FROM users")
    assert {row["email"] for row in found} == {"REDACTED"}
    assert {row["username"] for row in found} == {"REDACTED"}
    mails = [one["email"].encode() for one in told(site, "users")]
    held = [path.read_bytes() for path in site.home.rglob("*") if path.is_file()]
    assert not any(mail in content for mail in mails for content in held)
    assert {row["name"] for row in found} == {one["name"] for one in told(site, "users")}


def test_what_no_model_has_is_counted(tmp_path: Path) -> None:
    simulation = replace(SMALL, shape=Shape(per_day=4, hostile=True))
    site = Site(tmp_path / "data", simulation)
    made = site.prepare("SELECT * FROM queues").certificate
    strange = sum("futureAttribute" in one for one in told(site, "queues"))
    assert strange > 1
    assert made["unknown"] == {"queue.anotherId": strange, "queue.futureAttribute": strange}
    assert made["lists"][0]["rows"]["queues"] == len(told(site, "queues"))


def test_prune_keeps_the_newest_list_and_removes_older_ones(site: Site) -> None:
    site.query("SELECT * FROM users")
    files = set((site.home / "files").rglob("*.parquet"))
    site.wait(days=2)
    site.query("SELECT * FROM users")
    with site.engine() as engine:
        run(site.clock, engine.prune(1, None, lambda _: None))
    left = set((site.home / "files").rglob("*.parquet"))
    assert len(left) == 1
    assert not left & files
    assert len(site.query("SELECT * FROM users")) == len(told(site, "users"))


def test_dimensions_for_bi_tools_have_the_names_of_lists_that_are_held(site: Site) -> None:
    day = "conversation_start >= '2026-03-01' AND conversation_start < '2026-03-02'"
    site.query(f"SELECT count(*) FROM conversations WHERE {day}")
    before = len(site.requests)
    sql = "SELECT queue_id, name FROM bi.queues"
    without = site.prepare(sql)
    assert {row["name"] for row in site.query(sql)} == {None}
    assert any("`trunkline sync queues` fetches it" in notice for notice in without.notices)
    assert len(site.requests) == before
    site.sync(Wish(tables=("queues", "users", "wrapup_codes", "divisions", "flows")))
    want = {one["id"]: one["name"] for one in told(site, "queues")}
    assert {row["queue_id"]: row["name"] for row in site.query(sql)} == want
    for name in ("users", "wrapup_codes", "divisions", "flows"):
        rows = site.query(f"SELECT name FROM bi.{name}")
        assert rows
        assert all(row["name"] for row in rows)


def test_lists_stand_in_the_systems_own_tables(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, shape=Shape(per_day=4, hostile=True)))
    site.sync(Wish(tables=("queues",)))
    (row,) = site.query("SELECT * FROM trunkline.lists")
    assert (row["dataset"], row["deleted"], row["organization"]) == ("queues", 0, "genesys")
    media = site.query("SELECT count(*) AS n FROM queue_media_settings")[0]["n"]
    assert row["row_count"] == len(told(site, "queues")) + media
    found = site.query("SELECT path, occurrences FROM trunkline.unknown_fields")
    assert {one["path"] for one in found} == {"queue.anotherId", "queue.futureAttribute"}
    files = site.query("SELECT table_name FROM trunkline.files")
    assert {one["table_name"] for one in files} == {"queues", "queue_media_settings"}


def test_a_stricter_policy_reaches_those_who_are_gone(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    changed(site, DirectoryChange(site.clock.now() + DAY, "queues", 0, "delete"))
    name = told(site, "queues")[0]["name"]
    site.query("SELECT * FROM queues")
    site.wait(days=2)
    rules = MaskingRules(told={"columns": {"queues": {"name": "redact"}}})
    site.settings = replace(site.settings, masking=rules)
    with site.engine() as engine:
        assert "held under another masking policy" in str(engine.explain("SELECT * FROM queues"))
    rows = site.query("SELECT name, deleted_at FROM queues")
    assert {row["name"] for row in rows} == {"REDACTED"}
    assert sum(row["deleted_at"] is not None for row in rows) == 1
    with site.engine() as engine:
        run(site.clock, engine.prune(1, None, lambda _: None))
    held = [path.read_bytes() for path in (site.home / "files").rglob("*") if path.is_file()]
    assert not any(name.encode() in content for content in held)
