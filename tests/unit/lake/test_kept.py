"""The session that a text is bound in goes to the next text, with nothing of the text before."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest

from tests.unit.lake.asking import CONVERSATIONS, RELATIONS, SCHEMA, describe
from trunkline.errors import SqlError, UsageError
from trunkline.lake.constants import evaluator_of
from trunkline.lake.given import Given
from trunkline.lake.locked import Limits
from trunkline.lake.relation import Relation
from trunkline.lake.session import bound
from trunkline.types import Type

TEXT = "SELECT conversation_id FROM conversations"
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def used(sql: str = TEXT, *, memory: str = "300MB", given: Given | None = None) -> object:
    """The connection that a text was bound in."""
    limits = Limits(memory=memory)
    with bound(sql, RELATIONS, SCHEMA, "UTC", limits, given=given or Given()) as (_, session):
        return session.connection


def test_the_next_text_has_the_session_of_the_one_before() -> None:
    assert used("SELECT 1") is used()


def test_texts_at_once_have_each_their_own() -> None:
    with bound(TEXT, RELATIONS, SCHEMA, "UTC", Limits(memory="301MB")) as (_, one):
        assert used(memory="301MB") is not one.connection


def test_other_limits_have_another() -> None:
    assert used(memory="302MB") is not used(memory="303MB")


def test_what_went_wrong_is_not_used_again() -> None:
    before = used(memory="304MB")
    with pytest.raises(SqlError):
        used("SELECT no_such FROM conversations", memory="304MB")
    assert used(memory="304MB") is not before


def test_a_text_with_its_own_instant_has_one_of_its_own() -> None:
    assert used("SELECT now()", given=Given(NOON)) is not used()


def test_the_zone_is_of_the_text() -> None:
    instants = []
    for zone in ("Asia/Tokyo", "UTC"):
        with bound("SELECT 1", (), SCHEMA, zone) as (_, session):
            instants.append(evaluator_of(session)("TIMESTAMP '2025-03-01 09:00:00'"))
    assert instants == [datetime(2025, 3, 1, 0, tzinfo=UTC), datetime(2025, 3, 1, 9, tzinfo=UTC)]
    with pytest.raises(UsageError), bound("SELECT 1", (), SCHEMA, "No/Where"):
        pass


def test_a_relation_has_the_columns_that_it_has_now() -> None:
    assert "n_transferred" in describe("SELECT * FROM conversations")
    other = Relation(CONVERSATIONS.schema, CONVERSATIONS.name, (("other", Type.TEXT),))
    assert describe("SELECT * FROM conversations", (other,)) == ("other",)
    assert "n_transferred" in describe("SELECT * FROM conversations")


def test_nothing_but_the_zone_can_be_set_in_it() -> None:
    with bound(TEXT, RELATIONS, SCHEMA, "UTC") as (_, session):
        for setting in ("enable_external_access = true", "allowed_configs = ['memory_limit']"):
            with pytest.raises(duckdb.InvalidInputException):
                session.connection.execute(f"SET {setting}")
