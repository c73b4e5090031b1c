"""The users of a data directory, and the logins that were refused: tables of its catalogue.

Of a password there is a verifier, as the servers make it: a text here. Names that nobody has are
not kept of a refused login, since a password may have been typed in their place.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from trunkline.database import transaction
from trunkline.interval import iso
from trunkline.roles import Grants, ReaderLimits, Role
from trunkline.statements import load

QUERIES = load("trunkline.lake", "users.sql")
OFF, WAIT = "off", "wait"
FETCHES = (OFF, WAIT)
MOST_REFUSED = 10_000  # rows of refused logins: a thousand places that guess, for ten hours


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in.

    ``fetch`` is what ``trunkline.fetch`` is for them unless they set it: ``off`` answers from what
    is held, ``wait`` fetches what a query needs. ``limits`` and ``grants`` are their own, over
    those of the role.
    """

    name: str
    role: Role
    verifier: str = field(repr=False)
    grants: Grants = field(default_factory=Grants)
    fetch: str = OFF
    limits: ReaderLimits = field(default_factory=ReaderLimits)
    created_at: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefusedLogins:
    """Logins of an hour that were refused alike. ``user`` is None where nobody has the name."""

    first_at: datetime
    last_at: datetime
    user: str | None
    door: str
    network: str
    reason: str
    attempts: int


class Users:
    """Users and refused logins, over a connection of the catalogue. Not shared between threads."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def find(self, name: str) -> User | None:
        """A user by name."""
        row = self._db.execute(QUERIES["user"], {"name": name}).fetchone()
        return _user(row) if row else None

    def every(self) -> tuple[User, ...]:
        """All users, by name."""
        return tuple(map(_user, self._db.execute(QUERIES["users"])))

    def add(self, user: User, now: datetime) -> bool:
        """Keep a new user; False, and nothing is changed, where the name is taken."""
        with transaction(self._db):
            return self._changed("add_user", **_values(user), now=iso(now))

    def change(self, user: User, now: datetime) -> bool:
        """Keep a user as they are now; False where there is none of that name any more."""
        with transaction(self._db):
            return self._changed("change_user", **_values(user), now=iso(now))

    def remove(self, name: str) -> bool:
        """Forget a user; False where there is none of that name."""
        with transaction(self._db):
            return self._changed("remove_user", name=name)

    def refuse(self, login: RefusedLogins, keep: timedelta) -> None:
        """Note a refused login with those of its hour; what is older than ``keep`` goes.

        Past the most that are kept, only what is counted already is counted.
        """
        values = {
            **asdict(login),
            "user": login.user or "",
            "hour": iso(login.last_at.replace(minute=0, second=0, microsecond=0)),
            "first_at": iso(login.first_at),
            "last_at": iso(login.last_at),
            "most": MOST_REFUSED,
        }
        with transaction(self._db):
            self._db.execute(QUERIES["drop_refused"], {"oldest": iso(login.last_at - keep)})
            if not self._changed("count_refused", **values):
                self._changed("add_refused", **values)

    def refused(self) -> tuple[RefusedLogins, ...]:
        """Every refused login that is kept, oldest first."""
        return tuple(map(_refused, self._db.execute(QUERIES["refused"])))

    def _changed(self, query: str, **values: Any) -> bool:
        return self._db.execute(QUERIES[query], values).rowcount > 0


def _values(user: User) -> dict[str, Any]:
    limits = {name: value for name, value in asdict(user.limits).items() if value is not None}
    return {
        "name": user.name,
        "role": user.role.value,
        "verifier": user.verifier,
        "granted": _listed(user.grants.granted),
        "revoked": _listed(user.grants.revoked),
        "fetch": user.fetch,
        "limits": json.dumps(limits),
    }


def _listed(names: Iterable[str]) -> str:
    return json.dumps(sorted(names))


def _user(row: sqlite3.Row) -> User:
    return User(
        name=row["name"],
        role=Role(row["role"]),
        verifier=row["verifier"],
        grants=Grants(frozenset(json.loads(row["granted"])), frozenset(json.loads(row["revoked"]))),
        fetch=row["fetch"],
        limits=ReaderLimits(**json.loads(row["limits"])),
        created_at=datetime.fromisoformat(row["created_at"]),
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )


def _refused(row: sqlite3.Row) -> RefusedLogins:
    return RefusedLogins(
        datetime.fromisoformat(row["first_at"]),
        datetime.fromisoformat(row["last_at"]),
        row["user_name"] or None,
        row["door"],
        row["network"],
        row["reason"],
        int(row["attempts"]),
    )
