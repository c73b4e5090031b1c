"""Who asks: a user with a role, or whoever uses these settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from trunkline.config import Settings
from trunkline.role_settings import role_named
from trunkline.roles import Grants, ReaderLimits, Role


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever asks; what they may read follows from the role and the grants over it.

    ``user`` is empty for whoever uses these settings.
    """

    user: str
    role: Role
    grants: Grants = field(default_factory=Grants)
    limits: ReaderLimits = field(default_factory=ReaderLimits)

    @property
    def reads_all(self) -> bool:
        """Whether nothing is closed to them."""
        return self.role is Role.ADMINISTRATOR

    @property
    def shown(self) -> str:
        """Who that is, as a message says it."""
        return f"{self.user}, whose role is {self.role.value}" if self.user else "this role"


def reader_of(settings: Settings) -> Reader:
    """Whoever uses these settings: the role that they say, with what they say of that role."""
    role = role_named(settings.role)
    told = settings.told_of(role)
    return Reader("", role, told.grants, told.limits)


def user_as_reader(
    settings: Settings, user: str, role: Role, grants: Grants, limits: ReaderLimits
) -> Reader:
    """A user, with what the settings say of the role where nothing is said of the user."""
    told = settings.told_of(role)
    return Reader(
        user, role, Grants(grants.granted, grants.revoked, told.grants), limits.over(told.limits)
    )
