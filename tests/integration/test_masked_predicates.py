"""A predicate on a masked column is answered with a notice, where it cannot mean what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway import Site

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


def test_a_value_that_is_not_listed_cannot_be_found(tmp_path: Path) -> None:
    question = f"SELECT * FROM participant_attributes WHERE {DAY} AND name = 'order'"
    with Site(tmp_path / "data").engine() as engine:
        assert engine.explain(question).notices == ()
        (notice,) = engine.explain(f"{question} AND value = 'A-17'").notices
    assert notice.startswith("value is NULL unless its name is listed")
