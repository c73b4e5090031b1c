"""A statement as the certificate and the log of runs keep it."""

from __future__ import annotations

import pytest

from trunkline.planner.literals import masked


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("SELECT a -- Anna\nFROM t /* Schmidt */", "SELECT a FROM t"),
        ("SELECT 'Anna', 4917112345, $$Anna$$", "SELECT ? , ? , ?"),
        ('SELECT a AS "Anna Schmidt +4917112345" FROM t', "SELECT a AS ? FROM t"),
        ('SELECT a AS "+4917112345"', "SELECT a AS ?"),
        ('SELECT a AS "4917112345"', "SELECT a AS ?"),
        ('SELECT a AS "x""y"', "SELECT a AS ?"),
        ('SELECT "t"."queue_id" FROM "t"', 'SELECT "t" . "queue_id" FROM "t"'),
        ("SELECT 'Anna", "(unreadable, 12 characters)"),
    ],
)
def test_nothing_personal_is_kept_of_a_statement(sql: str, kept: str) -> None:
    assert masked(sql) == kept
