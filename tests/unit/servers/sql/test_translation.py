"""A query on PostgreSQL 15, and its translation on DuckDB, over the same rows."""

from __future__ import annotations

import pytest

from tests.dialect_rows import Catalogue, asked
from tests.unit.servers.sql.recorded import CASES, Case, same, sent
from trunkline.servers.postgres.sql import translated

ALL = [case for group in CASES.values() for case in group]
ANSWERED = [one for one in ALL if one.rows is not None]
WITH_PARAMETERS = [one for one in ALL if one.parameters]
REGTYPE, TEXT = 2206, 25  # the name of a type is text with us


def _text(case: Case) -> str:
    return case.sql


@pytest.mark.parametrize("case", ANSWERED, ids=_text)
def test_the_answer_is_postgresqls(case: Case) -> None:
    found = translated(case.sql, Catalogue())
    table = asked(found.sql)
    assert (found.names or tuple(table.column_names)) == case.names
    _, rows = sent(table)
    assert case.rows is not None
    assert len(rows) == len(case.rows), found.sql
    for ours, theirs in zip(rows, case.rows, strict=True):
        assert len(ours) == len(theirs)
        for name, one, other in zip(case.names, ours, theirs, strict=True):
            assert same(one, other), (name, one, other, found.sql)


@pytest.mark.parametrize("case", ALL, ids=_text)
def test_types_of_columns_are_postgresqls(case: Case) -> None:
    """Where one is not known, nothing is claimed; a name of a type is text here."""
    found = [one.oid if one else None for one in translated(case.sql, Catalogue()).types]
    theirs = [TEXT if oid == REGTYPE else oid for oid in case.oids]
    assert len(found) in (0, len(theirs))
    assert [one for one, two in zip(found, theirs, strict=False) if one not in (None, two)] == []


@pytest.mark.parametrize("case", WITH_PARAMETERS, ids=_text)
def test_types_of_parameters_are_postgresqls(case: Case) -> None:
    found = translated(case.sql, Catalogue())
    assert tuple(one.oid for one in found.parameter_types) == case.parameters
    assert found.names in ((), case.names)


def test_nearly_all_columns_have_a_type() -> None:
    kinds = [one for case in ALL for one in translated(case.sql, Catalogue()).types]
    assert len([one for one in kinds if one is None]) < len(kinds) / 100
