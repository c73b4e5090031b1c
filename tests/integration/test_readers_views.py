"""What is seen through declared views: what is said of the tables below, or of the view."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gateway import Site
from trunkline.engine import Options
from trunkline.engine.reader import Reader
from trunkline.errors import NotGranted, RelationClosed, TrunklineError, UnknownRelation
from trunkline.roles import Grants, Role

MARCH = "start_utc >= '2025-03-01' AND start_utc < '2025-03-13'"
ANALYST = Reader("ann", Role.ANALYST)
FINANCE = Reader("fay", Role.FINANCE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("views") / "data")


def granting(reader: Reader, granted: str, revoked: str) -> Reader:
    grants = Grants(frozenset(granted.split()), frozenset(revoked.split()))
    return replace(reader, grants=grants)


def columns(site: Site, reader: Reader, view: str) -> set[str] | None:
    """The columns that a reader has of a view with rows; None where it is closed."""
    try:
        rows = site.query(f"SELECT * FROM {view} WHERE {MARCH} LIMIT 3", Options(reader=reader))
    except RelationClosed:
        return None
    assert rows
    return set(rows[0])


def refusal(site: Site, reader: Reader, sql: str) -> TrunklineError:
    with pytest.raises(TrunklineError) as raised:
        site.query(sql, Options(reader=reader))
    return raised.value


def test_both_roles_read_views_that_have_no_end_of_a_number(site: Site) -> None:
    everything = set(columns(site, Reader("r", Role.ADMINISTRATOR), "bi.legs") or ())
    assert columns(site, ANALYST, "bi.legs") == everything
    assert columns(site, FINANCE, "bi.legs") == everything  # whose sessions stay closed
    error = refusal(site, FINANCE, "SELECT 1 FROM bi.legs JOIN sessions USING (session_key)")
    assert isinstance(error, RelationClosed)


@pytest.mark.parametrize(
    ("granted", "revoked", "has_user", "raw"),
    [
        ("", "participants.user_id", False, True),
        ("", "participants", None, False),
        ("", "all", None, False),
        ("bi", "all", True, False),
        ("bi", "genesys", True, False),
        ("bi.legs", "all", True, False),
        ("all", "participants.user_id", False, True),
        ("bi", "participants.user_id", False, True),
        ("bi.legs", "genesys.participants", True, False),
        ("bi.legs.user_id", "participants.user_id", True, True),
        ("", "bi.legs.user_id", False, True),
        ("", "bi", None, True),
        ("", "trunkline", True, True),
        ("bi.queue_legs", "bi", None, True),
    ],
)
def test_what_is_said_more_precisely_holds(
    site: Site, granted: str, revoked: str, *, has_user: bool | None, raw: bool
) -> None:
    reader = granting(ANALYST, granted, revoked)
    found = columns(site, reader, "bi.legs")
    if has_user is None:
        assert found is None
    else:
        assert found is not None
        assert ("user_id" in found) is has_user
    sql = "SELECT count(*) AS n FROM participants WHERE conversation_start >= '2025-03-12'"
    held = Options(reader=reader, covered=True)
    if raw:
        assert site.query(sql, held)
    else:
        assert isinstance(refusal(site, reader, sql), RelationClosed)


def test_what_a_view_reads_cannot_be_named(site: Site) -> None:
    reader = granting(ANALYST, "bi", "all")
    for name in ('"beneath genesys".sessions', '"beneath genesys"."participants"'):
        for sql in (f"SELECT * FROM {name}", f"SELECT 1 FROM bi.legs, {name} WHERE {MARCH}"):
            error = refusal(site, reader, sql)
            assert isinstance(error, UnknownRelation)
            assert "beneath" not in str(error.hint)


def test_a_hidden_column_of_a_view_is_named_in_the_error(site: Site) -> None:
    reader = granting(ANALYST, "", "participants.user_id")
    error = refusal(site, reader, f"SELECT user_id FROM bi.legs WHERE {MARCH}")
    assert isinstance(error, NotGranted)
    assert "bi.legs.user_id" in error.message
    # A dimension that is made of nothing else is closed with it.
    assert isinstance(refusal(site, reader, "SELECT * FROM bi.users"), RelationClosed)
