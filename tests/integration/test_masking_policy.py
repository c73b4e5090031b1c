"""A policy from the settings to the tables: rules, listed attributes, tokens, roles, staleness."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import SMALL, TABLES, Site
from trunkline.config import MaskingRules, Settings
from trunkline.errors import ConfigError, ForbiddenSql, RelationClosed, SqlError
from trunkline.roles import Role
from trunkline_simulator import conversations_of
from trunkline_simulator.settings import Shape

DAY = "conversation_start >= '2025-03-01' AND conversation_start < '2025-03-13'"
DAYS = tuple(date(2025, 3, n) for n in range(1, 13))
KEY = hashlib.sha256(b"a key for tests").digest()
OTHER = KEY[::-1]


def site(folder: Path, **settings: Any) -> Site:
    rules = MaskingRules("here", settings.pop("rules", {}))
    return Site(folder / "data", settings=Settings(masking=rules, **settings))


def legs(found: Site) -> Iterator[dict[str, Any]]:
    """The sessions of the days, as the provider has them."""
    for day in DAYS:
        for made in conversations_of(found.simulation.shape, day):
            for owner in made["participants"]:
                yield from owner["sessions"]


def token(text: str | None, key: bytes = KEY) -> str | None:
    """By the published recipe, for numbers that the provider writes with their country."""
    number = (text or "").removeprefix("tel:")
    if not (number.startswith("+") and number[1:].isdecimal()):
        return None
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:32]


def test_tokens_are_those_of_the_published_recipe_in_all_tables(tmp_path: Path) -> None:
    found = site(tmp_path, token_key=KEY.hex())
    expected = {leg["sessionId"]: leg for leg in legs(found)}
    columns = "session_id, ani_token, dnis_token, remote_token, callback_numbers_token AS callback"
    for table in ("sessions", "finance.session_numbers"):
        rows = found.query(f"SELECT {columns} FROM {table} WHERE {DAY}")
        assert len({row["session_id"] for row in rows}) == len(expected)
        for row in rows:
            leg = expected[row["session_id"]]
            assert row["ani_token"] == token(leg.get("ani"))
            assert row["dnis_token"] == token(leg.get("dnis"))
            assert row["remote_token"] == token(leg.get("remote"))
            numbers = leg.get("callbackNumbers")
            assert row["callback"] == (None if numbers is None else list(map(token, numbers)))
        assert sum(row["ani_token"] is not None for row in rows) > 10


def test_a_number_is_found_by_its_token(tmp_path: Path) -> None:
    found = site(tmp_path, token_key=KEY.hex())
    number = next(leg["ani"] for leg in legs(found) if token(leg.get("ani")))
    count = sum(leg.get("ani") == number for leg in legs(found))
    written = number.removeprefix("tel:")
    sql = (
        f"SELECT count(*) AS n FROM sessions WHERE {DAY} AND ani_token = number_token('{written}')"
    )
    assert found.query(sql) == [{"n": count}]
    assert found.prepare(sql).notices == ()
    certificate = str(found.prepare(sql).certificate)
    assert written.removeprefix("+") not in certificate


def test_number_token_without_a_key_says_how_to_set_one(tmp_path: Path) -> None:
    found = site(tmp_path)
    sql = f"SELECT * FROM sessions WHERE {DAY} AND ani_token = number_token('+61491570156')"
    with pytest.raises(ConfigError, match="needs a key") as raised:
        found.prepare(sql)
    assert "TRUNKLINE_TOKEN_KEY" in str(raised.value.hint)
    assert found.requests == []


@pytest.mark.parametrize(("text", "error"), [("0491 570 156", SqlError), ("Ann", SqlError)])
def test_a_text_that_is_no_number_has_no_token(
    tmp_path: Path, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match="is no number") as raised:
        site(tmp_path, token_key=KEY.hex()).prepare(f"SELECT number_token('{text}')")
    assert text not in str(raised.value)


def test_a_region_reads_national_numbers(tmp_path: Path) -> None:
    found = site(tmp_path, token_key=KEY.hex(), phone_region="au")
    (row,) = found.query("SELECT number_token('0491 570 156') = number_token('+61491570156') AS t")
    assert row == {"t": True}


def test_listed_values_are_kept_and_others_are_not(tmp_path: Path) -> None:
    held = {
        (owner["participantId"], name): value
        for day in DAYS
        for made in conversations_of(site(tmp_path).simulation.shape, day)
        for owner in made["participants"]
        for name, value in (owner.get("attributes") or {}).items()
    }
    listed = min(name for _, name in held)
    sql = f"SELECT participant_id AS p, name, value FROM participant_attributes WHERE {DAY}"
    rows = site(tmp_path, rules={"listed": [listed]}).query(sql)
    assert {row["name"] for row in rows} > {listed}
    for row in rows:
        kept = held[row["p"], row["name"]] if row["name"] == listed else None
        assert row["value"] == kept


def test_rules_tighten_columns_of_any_type(tmp_path: Path) -> None:
    columns = {
        "ani": "drop", "media_type": "redact", "t_handle_ms": "drop", "callback_numbers": "redact",
    }  # fmt: skip
    found = site(tmp_path, rules={"columns": {"sessions": columns}})
    rows = found.query(
        f"SELECT ani, media_type, t_handle_ms, callback_numbers AS c FROM sessions WHERE {DAY}"
    )
    assert {row["ani"] for row in rows} == {None}
    assert {row["t_handle_ms"] for row in rows} == {None}
    assert {row["media_type"] for row in rows} == {"REDACTED"}
    assert {tuple(row["c"]) for row in rows if row["c"]} == {("REDACTED",)}
    # Another table of the same attribute keeps it.
    fronts = found.query(f"SELECT ani_prefix FROM finance.session_numbers WHERE {DAY}")
    assert any(row["ani_prefix"] for row in fronts)


@pytest.mark.parametrize(
    "settings",
    [
        {"rules": {"listed": ["order_type"]}},
        {"rules": {"columns": {"sessions": {"ani": "drop"}}}},
        {"token_key": OTHER.hex()},
        {"phone_region": "AU"},
    ],
)
def test_another_policy_makes_held_days_stale(tmp_path: Path, settings: dict[str, Any]) -> None:
    sql = f"SELECT count(*) AS n FROM sessions WHERE {DAY}"
    found = site(tmp_path)
    found.query(sql)
    found.query(sql)
    assert found.submits() == 1
    found.settings = site(tmp_path, **settings).settings
    with found.engine() as engine:
        plan = str(engine.explain(sql))
    assert "stale" in plan
    assert "masking" in plan
    found.query(sql)
    assert found.submits() == 2
    with found.engine() as engine:
        assert "0 requests" in str(engine.explain(sql))


def refusal(folder: Path, role: str, table: str) -> str | None:
    """What a role is told of a table that it may not read."""
    with site(folder, role=role).engine() as engine:
        try:
            engine.explain(f"SELECT * FROM {table} WHERE {DAY}")
        except RelationClosed as error:
            return error.message
    return None


def test_only_the_administrator_reads_both_ends_of_a_number(tmp_path: Path) -> None:
    readable = {
        role.value: {table for table in TABLES if refusal(tmp_path, role.value, table) is None}
        for role in Role
    }
    assert readable["administrator"] == set(TABLES)
    assert readable["analyst"] == set(TABLES) - {"finance.session_numbers"}
    assert readable["finance"] == set(TABLES) - {"sessions", "session_flows"}
    told = refusal(tmp_path, "finance", "sessions") or ""
    assert "the role administrator or analyst may read it" in told
    told = refusal(tmp_path, "analyst", "finance.session_numbers") or ""
    assert "the role administrator or finance may read it" in told
    assert RelationClosed.exit_status == 3


def test_a_policy_does_not_open_days_that_landed_before_it(tmp_path: Path) -> None:
    rules = {"classes": {"contact": "redact", "phone": "redact"}}
    with (
        site(tmp_path, role="finance", rules=rules).engine() as engine,
        pytest.raises(RelationClosed),
    ):
        engine.explain(f"SELECT * FROM sessions WHERE {DAY}")


def test_a_closed_table_is_refused_before_anything_is_requested(tmp_path: Path) -> None:
    found = site(tmp_path, role="analyst")
    for sql in (
        f"SELECT * FROM finance.session_numbers WHERE {DAY}",
        f"SELECT (SELECT max(ani_prefix) FROM FINANCE.Session_Numbers WHERE {DAY})",
    ):
        with pytest.raises(RelationClosed, match="holds the fronts of numbers"):
            found.prepare(sql)
    with pytest.raises(ForbiddenSql):
        found.prepare("SELECT * FROM memory.finance.session_numbers")
    assert found.requests == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"role": "admin"}, "no role admin"),
        ({"token_key": "short"}, "token_key"),
        ({"phone_region": "XX"}, "phone_region"),
        ({"rules": {"columns": {"sessions": {"ani": "keep"}}}}, "here: sessions.ani cannot be"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words), site(tmp_path, **settings).engine():
        pass


def test_the_key_is_nowhere_in_the_data_directory(tmp_path: Path) -> None:
    found = site(tmp_path, token_key=KEY.hex())
    found.query(f"SELECT count(*) FROM sessions WHERE {DAY}")
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert KEY not in content
            assert KEY.hex().encode() not in content


DROPPED = {"columns": {"sessions": {"ani": "drop", "media_type": "redact"}}}
COLUMNS = "ani, ani_token, media_type, conversation_start AS at"


def dropping(folder: Path, per_day: int) -> Site:
    settings = Settings(masking=MaskingRules("here", DROPPED), token_key=KEY.hex())
    return Site(folder / "data", replace(SMALL, shape=Shape(per_day=per_day)), settings=settings)


def require_dropped(rows: list[dict[str, Any]]) -> None:
    assert {row["ani"] for row in rows} == {None}
    assert {row["media_type"] for row in rows} == {"REDACTED"}
    assert any(row["ani_token"] for row in rows)


def test_the_policy_holds_past_the_watermark(tmp_path: Path) -> None:
    found = dropping(tmp_path, 60)
    today = f"SELECT {COLUMNS} FROM sessions WHERE conversation_start >= '2026-03-09'"
    assert found.prepare(today).certificate["tail"]
    rows = found.query(today)
    require_dropped(rows)
    watermark = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
    require_dropped([row for row in rows if row["at"] >= watermark])


def test_the_policy_holds_for_open_conversations(tmp_path: Path) -> None:
    found = dropping(tmp_path, 12)
    february = "conversation_start >= '2026-02-01' AND conversation_start < '2026-03-01'"
    question = f"SELECT {COLUMNS} FROM sessions WHERE {february}"
    found.prepare(question)
    found.wait(days=75)
    require_dropped(found.query(question))
    assert any(path == "/api/v2/analytics/conversations/details" for _, path, _ in found.requests)
