"""``number_token``: answered for literals, refused for everything else, and nothing more let in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lake.asking import CONVERSATIONS, JOBS, RELATIONS, SCHEMA, SEGMENTS, describe
from trunkline.errors import ConfigError, ForbiddenSql, RelationClosed, SqlError
from trunkline.lake import gate
from trunkline.lake.locked import Limits
from trunkline.lake.number_token import MOST
from trunkline.lake.relation import Closed, Relation
from trunkline.lake.session import answer

NUMBER = "+61 491 570 156"


def token(text: str) -> str:
    if not text.startswith("+"):
        raise SqlError("what number_token() is given is no number", hint="A hint.")
    return f"token of {len(text)}"


def ask(sql: str, relations: tuple[Relation, ...] = RELATIONS) -> list[dict[str, Any]]:
    assert describe(sql, relations, SCHEMA, "UTC", token=token)
    with answer(sql, relations, SCHEMA, "UTC", Limits(memory="256MB"), token) as found:
        return [row for batch in found.batches for row in batch.to_pylist()]


@pytest.mark.parametrize(
    "call",
    [
        f"number_token('{NUMBER}')",
        f"NUMBER_TOKEN('{NUMBER}')",
        f"\"number_token\"('{NUMBER}')",
        f"genesys.number_token('{NUMBER}')",
        f"'{NUMBER}'.number_token()",
        f"number_token($${NUMBER}$$)",
        f"(SELECT number_token('{NUMBER}'))",
        f"max(number_token('{NUMBER}'))",
    ],
)
def test_a_literal_has_its_token(call: str) -> None:
    assert ask(f"SELECT {call} AS t") == [{"t": f"token of {len(NUMBER)}"}]


def test_each_literal_has_its_own() -> None:
    sql = "SELECT number_token('+1') AS a, number_token('+''22') AS b, number_token('+1') AS c"
    assert ask(sql) == [{"a": "token of 2", "b": "token of 4", "c": "token of 2"}]
    sql = "SELECT x FROM (VALUES ('token of 2'), ('y')) t(x) WHERE x = number_token('+1')"
    assert ask(sql) == [{"x": "token of 2"}]


@pytest.mark.parametrize(
    "call",
    [
        "number_token(conversation_id)",
        "number_token('+61' || conversation_id)",
        "number_token(lower('+61'))",
        "number_token('+61'::VARCHAR)",
        "number_token((SELECT '+61'))",
        "number_token($1)",
        "number_token(?)",
        "number_token(NULL)",
        "number_token(61)",
        "number_token()",
        "number_token('+61', '+62')",
        "number_token('+61') OVER ()",
        "list_transform(['+61', '+62'], lambda x: number_token(x))",
        "[number_token(x) for x in ['+61']]",
        "NUMBER_TOKEN(COLUMNS(*))",
    ],
)
def test_nothing_but_a_literal_has_one(call: str) -> None:
    sql = f"SELECT {call} FROM conversations"
    with pytest.raises(ForbiddenSql, match="takes one number, written as a text"):
        gate.check(sql, RELATIONS, SCHEMA)
    with pytest.raises(ForbiddenSql):
        ask(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM number_token('+61')",
        "SELECT * FROM query('SELECT number_token(1)')",
        "SELECT apply_number_token('+61')",
    ],
)
def test_it_is_a_function_of_a_value_and_nothing_else(sql: str) -> None:
    with pytest.raises(SqlError):
        ask(sql)


def test_what_is_no_number_is_pointed_at_and_not_repeated() -> None:
    sql = "SELECT 1, number_token('Ann Example')"
    with pytest.raises(SqlError, match="is no number") as raised:
        describe(sql, RELATIONS, SCHEMA, "UTC", token=token)
    assert raised.value.position == sql.index("number_token")
    assert "Ann" not in f"{raised.value}{raised.value.hint}"


def test_there_is_a_most_of_numbers() -> None:
    calls = [f"number_token('+{n}')" for n in range(MOST + 1)]
    assert len(ask(f"SELECT unnest([{', '.join(calls[:MOST])}]) AS t")) == MOST
    with pytest.raises(ForbiddenSql, match="101 numbers"):
        ask(f"SELECT [{', '.join(calls)}]")


def test_the_error_of_who_makes_tokens_is_the_users() -> None:
    def keyless(_: str) -> str:
        raise ConfigError("number_token() needs a key", hint="Set one.")

    with pytest.raises(ConfigError, match="needs a key"):
        describe("SELECT number_token('+61')", RELATIONS, SCHEMA, "UTC", token=keyless)
    assert describe("SELECT 1 AS n", RELATIONS, SCHEMA, "UTC", token=keyless) == ("n",)


def test_a_statement_without_it_has_no_such_function() -> None:
    with pytest.raises(SqlError):
        ask("SELECT 'number_token' AS a ORDER BY number_tokens('+61')")


CLOSED = Relation("genesys", "segments", SEGMENTS.columns, closed=Closed("only X may read it"))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM segments",
        "SELECT * FROM GENESYS.SEGMENTS",
        "SELECT count(*) FROM conversations WHERE conversation_id IN (FROM segments)",
        "WITH a AS (SELECT * FROM segments) SELECT 1",
        "TABLE segments",
    ],
)
def test_a_relation_that_is_closed_is_refused_with_who_may_read_it(sql: str) -> None:
    with pytest.raises(RelationClosed, match=r"genesys\.segments .* only X may read it") as raised:
        ask(sql, (CONVERSATIONS, CLOSED, JOBS))
    assert raised.value.exit_status == 3


def test_what_is_closed_is_not_in_the_session_and_its_name_is_free_for_a_cte() -> None:
    relations = (CONVERSATIONS, CLOSED, JOBS)
    assert ask("WITH segments AS (SELECT 1 AS x) SELECT * FROM segments", relations) == [{"x": 1}]
