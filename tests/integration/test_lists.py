"""Whole lists: users, queues and what else has no time, against the simulator's own directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway import Site
from trunkline.engine import Options
from trunkline_simulator.directory import Directory, directory


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data")


def known(site: Site) -> Directory:
    """What the simulator has."""
    return directory(site.simulation.seed)


def asked(site: Site, end: str) -> int:
    return sum(path.endswith(end) for _, path, _ in site.requests)


def test_users_are_all_that_the_directory_has(site: Site) -> None:
    found = site.query("SELECT user_id, name, state, division_id FROM users")
    users = known(site).users
    assert {row["user_id"]: row["name"] for row in found} == {u.id: u.name for u in users}
    assert {row["division_id"] for row in found} == {u.division.id for u in users}


def test_a_list_that_is_held_is_not_asked_for_again_before_it_is_old(site: Site) -> None:
    site.query("SELECT * FROM users")
    once = asked(site, "/users")
    site.query("SELECT * FROM users")
    assert asked(site, "/users") == once
    site.wait(hours=25)
    site.query("SELECT * FROM users")
    assert asked(site, "/users") > once


def test_conversations_with_names(site: Site) -> None:
    found = site.query(
        "SELECT DISTINCT q.queue_id, q.name FROM segments s JOIN queues q USING (queue_id) "
        "WHERE s.conversation_start >= '2026-03-01' AND s.conversation_start < '2026-03-05'"
    )
    names = {q.id: q.name for q in known(site).queues}
    assert found
    assert all(names[row["queue_id"]] == row["name"] for row in found)


def test_explain_says_what_is_held_of_a_list(site: Site) -> None:
    with site.engine() as engine:
        text = str(engine.explain("SELECT * FROM users"))
    assert "users  missing  never fetched  fetched" in text
    site.query("SELECT * FROM users")
    with site.engine() as engine:
        text = str(engine.explain("SELECT * FROM users"))
    assert "users  held" in text
    assert "0 requests" in text


def test_what_was_never_fetched_is_an_error_where_nothing_may_be_asked(site: Site) -> None:
    with pytest.raises(Exception, match="users has never been fetched") as caught:
        site.query("SELECT * FROM users", Options(covered=True))
    assert "trunkline sync users" in caught.value.hint
