"""A predicate on a masked column is answered with a notice, where it cannot mean what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway import Site
from trunkline.config import MaskingRules, Settings
from trunkline.errors import ConfigError

KEY = bytes(range(32)).hex()
DAY = "conversation_start >= '2025-01-01' AND conversation_start < '2025-01-02'"


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        ("ani = '+15550000100'", "ani holds the last digits"),
        ("ani IN ('0100', 'tel:+15550000100')", "ani holds the last digits"),
        ("remote LIKE '%smith%'", "remote holds the last digits"),
        ("lower(callback_user_name) = 'ann'", "callback_user_name is REDACTED"),
        ("'x' <> remote", "remote holds the last digits"),
    ],
)
def test_a_predicate_that_cannot_find_what_it_means(
    tmp_path: Path, predicate: str, said: str
) -> None:
    with Site(tmp_path / "data").engine() as engine:
        plan = engine.explain(f"SELECT * FROM sessions WHERE {DAY} AND {predicate}")
    assert any(said in notice for notice in plan.notices)
    assert said in str(plan)


@pytest.mark.parametrize("predicate", ["ani = '0100'", "ani IS NULL", "media_type = 'voice'"])
def test_a_predicate_that_needs_no_word(tmp_path: Path, predicate: str) -> None:
    with Site(tmp_path / "data").engine() as engine:
        plan = engine.explain(f"SELECT * FROM sessions WHERE {DAY} AND {predicate}")
    assert plan.notices == ()


@pytest.mark.parametrize(
    ("predicate", "instead"),
    [
        ("ani = '+15550000100'", "write ani_token = number_token('…')"),
        ("remote LIKE '%0000100'", "write remote_token = number_token('…')"),
        ("ani = number_token('+15550000100')", "write ani_token = number_token('…')"),
        ("ani_token = '+15550000100'", "write ani_token = number_token('…')"),
        (
            "list_contains(callback_numbers, '+15550000100')",
            "write list_contains(callback_numbers_token, number_token('…'))",
        ),
        (
            "list_contains(destination_addresses_token, '5550000100')",
            "write list_contains(destination_addresses_token, number_token('…'))",
        ),
    ],
)
@pytest.mark.parametrize("key", [KEY, ""])
def test_what_to_write_instead_is_said_and_the_number_is_not(
    tmp_path: Path, predicate: str, instead: str, key: str
) -> None:
    site = Site(tmp_path / "data", settings=Settings(token_key=key))
    question = f"SELECT * FROM sessions WHERE {DAY} AND {predicate}"
    with site.engine() as engine:
        if predicate.startswith("ani = number_token") and not key:
            with pytest.raises(ConfigError, match="needs a key"):
                engine.explain(question)
            return
        plan = engine.explain(question)
    (notice,) = plan.notices
    assert instead in notice
    assert ("needs a token_key" in notice) is (key == "")
    assert "0000100" not in notice


@pytest.mark.parametrize(
    "predicate",
    [
        "ani_token = number_token('+15550000100')",
        "ani_token IN (number_token('+15550000100'), number_token('+15550000101'))",
        "ani_token = 'a1266bc816742fe1a4c4f2ee33a693bf'",
        "list_contains(callback_numbers_token, number_token('+15550000100'))",
    ],
)
def test_a_predicate_through_the_token_needs_no_word(tmp_path: Path, predicate: str) -> None:
    with Site(tmp_path / "data", settings=Settings(token_key=KEY)).engine() as engine:
        plan = engine.explain(f"SELECT * FROM sessions WHERE {DAY} AND {predicate}")
    assert plan.notices == ()


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        ("ani_prefix = '+6149157'", None),
        ("ani_prefix LIKE '+61%'", None),
        ("ani_prefix = '+61491570156'", "ani_prefix holds numbers without their last digits"),
    ],
)
def test_a_predicate_on_a_front(tmp_path: Path, predicate: str, words: str | None) -> None:
    question = f"SELECT * FROM finance.session_numbers WHERE {DAY} AND {predicate}"
    with Site(tmp_path / "data").engine() as engine:
        notices = engine.explain(question).notices
    assert [bool(words and words in notice) for notice in notices] == ([True] if words else [])


def test_a_rule_of_the_policy_is_what_the_notice_says(tmp_path: Path) -> None:
    rules = {"columns": {"sessions": {"ani": "drop", "ani_token": "drop", "media_type": "redact"}}}
    settings = Settings(masking=MaskingRules("here", rules))
    with Site(tmp_path / "data", settings=settings).engine() as engine:
        question = f"SELECT * FROM sessions WHERE {DAY} AND "
        (dropped,) = engine.explain(f"{question} ani = '0100'").notices
        (redacted,) = engine.explain(f"{question} media_type = 'voice'").notices
    assert "ani is always NULL" in dropped
    assert "number_token" not in dropped
    assert "media_type is REDACTED" in redacted


def test_a_value_that_is_not_listed_cannot_be_found(tmp_path: Path) -> None:
    question = f"SELECT * FROM participant_attributes WHERE {DAY} AND name = 'order'"
    with Site(tmp_path / "data").engine() as engine:
        assert engine.explain(question).notices == ()
        (notice,) = engine.explain(f"{question} AND value = 'A-17'").notices
    assert notice.startswith("value is NULL unless its name is listed")
