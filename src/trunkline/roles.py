"""Who may ask and what for: roles, grants over what a role reads, limits of a reader.

A role says what is read by default; grants say where it is more or less. A grant names everything
(``all``), a schema, a relation or a column. Of those that name a column the most specific decides,
and a user's own come before those of the role.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any

ALL = "all"


class Role(Enum):
    """Who asks. The front and the end of a number make the number: only the first reads both."""

    ADMINISTRATOR = "administrator"  # everything
    ANALYST = "analyst"  # everything but the schema finance
    FINANCE = "finance"  # everything but tables with the last digits of numbers


ROLES = tuple(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class Grants:
    """What is read beyond a default, and what is not, by name.

    A name is ``all``, a schema, ``schema.relation`` or ``schema.relation.column``; in settings the
    schema of the default organisation may be left out. Where these say nothing, ``beneath`` does.
    """

    granted: frozenset[str] = frozenset()
    revoked: frozenset[str] = frozenset()
    beneath: Grants | None = None

    def decide(self, levels: Sequence[Sequence[str]]) -> tuple[bool, int] | None:
        """Whether what has these names is read, and how much that counts; None if nothing says.

        ``levels`` are the names by level, the most specific first. What these say counts more than
        what is ``beneath``, and of either the more specific.
        """
        for place, names in enumerate(levels):
            weight = len(levels) - 1 - place + (0 if self.beneath is None else len(levels))
            if not self.revoked.isdisjoint(names):
                return False, weight
            if not self.granted.isdisjoint(names):
                return True, weight
        return self.beneath.decide(levels) if self.beneath else None

    def granting(self, names: Iterable[str]) -> Grants:
        """These and more; what was revoked by the same name is so no more."""
        more = frozenset(names)
        return replace(self, granted=self.granted | more, revoked=self.revoked - more)

    def revoking(self, names: Iterable[str]) -> Grants:
        """These and less; what was granted by the same name is so no more."""
        less = frozenset(names)
        return replace(self, granted=self.granted - less, revoked=self.revoked | less)


def _limit(setting: str, description: str) -> Any:
    return field(default=None, metadata={"setting": setting, "description": description})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderLimits:
    """What a reader may use; None is as the settings have it. ``seconds`` are of one query."""

    rows: int | None = _limit("max_rows", "rows one answer may have; 0 for no limit")
    seconds: int | None = _limit("query_seconds", "seconds one query may run on what is held")
    memory: str | None = _limit("query_memory", "memory one query may use")
    requests: int | None = _limit("max_requests", "requests one query may take; never asked")
    numbers: int | None = _limit("max_numbers", "numbers `number_token` may tell in a day")

    def over(self, other: ReaderLimits) -> ReaderLimits:
        """These, and the other's where these say nothing."""
        mine = {item.name: getattr(self, item.name) for item in fields(self)}
        return ReaderLimits(
            **{name: getattr(other, name) if v is None else v for name, v in mine.items()}
        )


@dataclass(frozen=True, slots=True)
class RoleSettings:
    """What the settings say of a role: the table ``[roles.analyst]``."""

    limits: ReaderLimits = field(default_factory=ReaderLimits)
    grants: Grants = field(default_factory=Grants)
