"""Who may log in, for whoever opens a door: a store of its own, beside the engine's thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from types import TracebackType
from typing import Self

from trunkline import private
from trunkline.config import Settings
from trunkline.engine.reader import Reader, user_as_reader
from trunkline.engine.seams import Seams, real
from trunkline.lake.catalogue import Catalogue
from trunkline.lake.lake import CATALOGUE
from trunkline.lake.users import RefusedLogins, User

_NETWORKS = {4: 24, 6: 48}  # bits that say which network an address is of


@dataclass(frozen=True, slots=True)
class Login:
    """A login that was refused, as a door tells it.

    ``address`` is the client's, of which the network is kept; ``user`` is the name as it was given.
    """

    user: str
    door: str
    address: str
    reason: str


class UserStore:
    """The users of one data directory. For the thread that opens it; close it when done."""

    def __init__(self, settings: Settings, seams: Seams | None = None) -> None:
        self._settings = settings
        self._seams = seams or real()
        private.home(settings.home)
        self._catalogue = Catalogue(settings.home / CATALOGUE, self._seams.connect)
        self._users = self._catalogue.users

    def find(self, name: str) -> User | None:
        """A user by name, as they are now."""
        return self._users.find(name)

    def every(self) -> tuple[User, ...]:
        """All users, by name."""
        return self._users.every()

    def add(self, user: User) -> bool:
        """Keep a new user; False where the name is taken."""
        return self._users.add(user, self._now())

    def change(self, user: User) -> bool:
        """Keep a user as they are now; False where there is none of that name any more."""
        return self._users.change(user, self._now())

    def remove(self, name: str) -> bool:
        """Forget a user; False where there is none of that name."""
        return self._users.remove(name)

    def reader(self, user: User) -> Reader:
        """A user as the engine takes them, with what the settings say of the role."""
        return user_as_reader(self._settings, user.name, user.role, user.grants, user.limits)

    def refuse(self, login: Login) -> None:
        """Note that a login was refused: by an hour, with the name only where somebody has it."""
        known = login.user if self.find(login.user) else None
        now, network = self._now(), network_of(login.address)
        counted = RefusedLogins(now, now, known, login.door, network, login.reason, 1)
        self._users.refuse(counted, self._settings.history_time)

    def refused(self) -> tuple[RefusedLogins, ...]:
        """The refused logins that are kept, oldest first."""
        return self._users.refused()

    def close(self) -> None:
        """Let go of the database."""
        self._catalogue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _now(self) -> datetime:
        return self._seams.clock.now()


def network_of(address: str) -> str:
    """The network that an address is of: enough to look for the machine, and no person's own."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "local"
    return str(ip_network((found, _NETWORKS[found.version]), strict=False))
