"""Who may log in, read on a thread of its own: SQLite belongs to a thread, and a lock may wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from trunkline.config import Settings
from trunkline.engine.reader import Reader
from trunkline.engine.users import Login, UserStore
from trunkline.lake.crew import crew
from trunkline.servers.desks import waited
from trunkline.servers.postgres.protocol import Verifier

T = TypeVar("T")
DOOR = "postgres"


@dataclass(frozen=True, slots=True)
class Entry:
    """A user who may come in: by what they are known, as whom they read, what they fetch."""

    verifier: Verifier
    reader: Reader
    fetch: str


class Logins:
    """The users as they are at each login. Close it when done."""

    def __init__(self, settings: Settings) -> None:
        self._pool = crew(1, "trunkline-logins")
        self._store = self._pool.submit(UserStore, settings).result()

    async def find(self, name: str) -> Entry | None:
        """A user; None where there is none."""
        return await self._do(lambda store: _entry(store, name))

    async def names(self) -> tuple[str, ...]:
        """All users."""
        return await self._do(lambda store: tuple(user.name for user in store.every()))

    async def refuse(self, user: str, address: str) -> None:
        """Note that a login was refused."""
        login = Login(user, DOOR, address, "wrong password")
        await self._do(lambda store: store.refuse(login))

    def close(self) -> None:
        """Let go of the database."""
        self._pool.submit(self._store.close).result()
        self._pool.shutdown()

    async def _do(self, work: Callable[[UserStore], T]) -> T:
        return await waited(self._pool, lambda: work(self._store))


def _entry(store: UserStore, name: str) -> Entry | None:
    user = store.find(name)
    if user is None:
        return None
    return Entry(Verifier.parse(user.verifier), store.reader(user), user.fetch)
