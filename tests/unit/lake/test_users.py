"""The users of a data directory: kept, found, changed by several processes, brought up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trunkline.lake.catalogue import Catalogue
from trunkline.lake.users import MOST_REFUSED, RefusedLogins, User, Users
from trunkline.roles import Grants, ReaderLimits, Role

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KEEP = timedelta(days=90)
ANN = User(
    "ann",
    Role.ANALYST,
    "SCRAM-SHA-256$4096:c2FsdA==$a:b",
    Grants(frozenset({"finance"}), frozenset({"genesys.participants.user_id"})),
    "wait",
    ReaderLimits(rows=0, memory="64MB"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.sqlite"


@pytest.fixture
def users(path: Path) -> Iterator[Users]:
    with closing(Catalogue(path)) as catalogue:
        yield catalogue.users


def told(user: User | None) -> User | None:
    return user and replace(user, created_at=None, changed_at=None)


def test_a_user_is_found_as_they_were_added(users: Users) -> None:
    assert users.find("ann") is None
    assert users.every() == ()
    assert users.add(ANN, NOW)
    found = users.find("ann")
    assert told(found) == ANN
    assert found is not None
    assert (found.created_at, found.changed_at) == (NOW, NOW)
    assert "SCRAM" not in repr(found)


def test_a_name_is_taken_once_whoever_adds_it(users: Users, path: Path) -> None:
    with closing(Catalogue(path)) as other:
        assert other.users.add(ANN, NOW)
        assert not users.add(replace(ANN, role=Role.FINANCE), NOW)
        assert told(users.find("ann")) == ANN
        assert other.users.remove("ann")
        assert users.find("ann") is None
        assert not users.remove("ann")
        assert not users.change(ANN, NOW)


def test_what_one_process_changes_another_sees(users: Users, path: Path) -> None:
    users.add(ANN, NOW)
    after = replace(ANN, role=Role.FINANCE, grants=Grants(), limits=ReaderLimits(), fetch="off")
    with closing(Catalogue(path)) as other:
        assert other.users.change(after, LATER)
    found = users.find("ann")
    assert told(found) == after
    assert found is not None
    assert (found.created_at, found.changed_at) == (NOW, LATER)


@pytest.mark.parametrize("version", [3, 4])
def test_a_catalogue_from_before_there_were_users_has_none_and_takes_some(
    path: Path, version: int
) -> None:
    Catalogue(path).close()
    with closing(sqlite3.connect(path)) as before:
        before.executescript(
            "DROP TABLE users; DROP TABLE refused_logins;"
            + ("ALTER TABLE coverage DROP COLUMN job;" if version == 3 else "")
            + f"PRAGMA user_version = {version};"
        )
    for _ in range(2):
        with closing(Catalogue(path)) as catalogue:
            catalogue.users.add(ANN, NOW)
            assert [user.name for user in catalogue.users.every()] == ["ann"]


def refused(at: datetime, user: str | None = "ann", network: str = "10.0.0.0/24") -> RefusedLogins:
    return RefusedLogins(at, at, user, "postgres", network, "password", 1)


def test_refused_logins_of_an_hour_are_one(users: Users) -> None:
    for minutes in (0, 5, 10):
        users.refuse(refused(NOW + timedelta(minutes=minutes)), KEEP)
    users.refuse(refused(NOW, None), KEEP)
    users.refuse(refused(LATER), KEEP)
    assert [(login.user, login.attempts) for login in users.refused()] == [
        (None, 1), ("ann", 3), ("ann", 1),
    ]  # fmt: skip
    _, guessed, _ = users.refused()
    assert (guessed.first_at, guessed.last_at) == (NOW, NOW + timedelta(minutes=10))


def test_old_refusals_go_and_there_are_never_too_many(users: Users, path: Path) -> None:
    users.refuse(refused(NOW - KEEP - timedelta(hours=2)), KEEP)
    with closing(sqlite3.connect(path)) as database:
        database.executemany(
            "INSERT INTO refused_logins VALUES ('h', '', 'd', ?, 'r', ?, ?, 1)",
            ((str(n), NOW.isoformat(), NOW.isoformat()) for n in range(MOST_REFUSED - 1)),
        )
        database.commit()
    for network in ("a", "b", "a", "b"):
        users.refuse(refused(NOW, network=network), KEEP)
    found = users.refused()
    assert len(found) == MOST_REFUSED
    assert [(login.network, login.attempts) for login in found if login.user] == [("a", 2)]
