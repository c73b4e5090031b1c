"""Whole lists over the wire: seen in the catalogue, fetched, and answered from what is held."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.acceptance.commands import SMALL, desk
from tests.acceptance.wire import MARCH, Served, served
from trunkline_simulator.directory import organisation_of


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with desk(tmp_path_factory.mktemp("lists")) as found, served(found) as server:
        yield server


def test_a_list_is_asked_like_any_table(at: Served) -> None:
    want = sorted((one.id, one.name) for one in organisation_of(SMALL.shape).users)
    assert sorted(at.rows("SELECT user_id, name FROM users")) == want
    asked = at.at.asked("GET", "/api/v2/users")
    assert at.rows("SELECT count(*) FROM users") == [(len(want),)]
    assert at.at.asked("GET", "/api/v2/users") == asked == 1
    names = at.rows(
        "SELECT DISTINCT q.name FROM segments s JOIN queues q ON q.queue_id = s.queue_id "
        f"WHERE {MARCH.replace('conversation_start', 's.conversation_start')}"
    )
    assert {name for (name,) in names} <= {one.name for one in organisation_of(SMALL.shape).queues}
    assert names


def test_the_catalogue_has_lists_with_their_columns(at: Served) -> None:
    columns = at.rows(
        "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE a.attrelid = 'genesys.wrapup_codes'::regclass AND a.attnum > 0 ORDER BY a.attnum"
    )
    assert [name for (name,) in columns][:2] == ["wrapup_code_id", "name"]
    assert ("deleted_at",) in columns
    tables = at.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'genesys'"
    )
    assert {"users", "queue_members", "grants"} <= {name for (name,) in tables}


def test_where_nothing_is_fetched_a_list_that_is_not_held_says_how_to_have_it(at: Served) -> None:
    at.rows("SELECT count(*) FROM users")
    before = at.at.requests
    with at.connect() as connection:
        heard: list[str] = []
        connection.add_notice_handler(lambda said: heard.append(str(said.message_primary)))
        connection.execute("SET trunkline.fetch = off")
        with pytest.raises(psycopg.Error, match="languages has never been fetched") as raised:
            connection.execute("SELECT * FROM languages")
        assert "trunkline sync languages" in str(raised.value.diag.message_hint)
        connection.execute("SELECT count(*) FROM users")
    assert at.at.requests == before
    assert any("users are as they were told on" in said for said in heard)
