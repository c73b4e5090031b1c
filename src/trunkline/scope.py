"""What of its days a fetch brings: all of them, or what a filter or an instant picks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum


class ScopeKind(Enum):
    """Which records of a dataset a fetch brings. The value stands first in a scope's text."""

    WHOLE = ""  # all that began on some UTC days
    OPEN_AT = "open_at"  # all that began before a UTC day and had not ended when it began
    FILTERED = "filtered"  # of some UTC days, those that the provider's filters let through
    TAIL = "tail"  # those past the watermark, new or still open, without what only jobs tell


@dataclass(frozen=True, slots=True)
class Scope:
    """What of its days a fetch brings; what it brought counts for that scope alone.

    ``predicates`` are columns, each with the values that it may have; only FILTERED has them. Their
    order and repetitions mean nothing.
    """

    kind: ScopeKind = ScopeKind.WHOLE
    predicates: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        columns = [column for column, _ in self.predicates]
        if (self.kind is ScopeKind.FILTERED) != bool(columns):
            raise ValueError("a scope has predicates where it is filtered, and nowhere else")
        if len(set(columns)) != len(columns) or not all(values for _, values in self.predicates):
            raise ValueError("each column of a scope stands once, with at least one value")
        ordered = sorted((column, tuple(sorted(set(v)))) for column, v in self.predicates)
        object.__setattr__(self, "predicates", tuple(ordered))

    def __str__(self) -> str:
        """The one text of this scope: empty for WHOLE."""
        if not self.predicates:
            return self.kind.value
        return f"{self.kind.value} {json.dumps(self.predicates, separators=(',', ':'))}"

    @property
    def condition(self) -> str:
        """Its predicates as SQL says them; empty without any."""
        return " AND ".join(_one_of(column, values) for column, values in self.predicates)

    @staticmethod
    def parse(text: str) -> Scope:
        """The scope of a text that ``str`` made; ValueError for any other."""
        if not text:
            return WHOLE
        kind, _, predicates = text.partition(" ")
        found = json.loads(predicates) if predicates else ()
        return Scope(ScopeKind(kind), tuple((column, tuple(v)) for column, v in found))


WHOLE = Scope()
OPEN_AT = Scope(ScopeKind.OPEN_AT)
TAIL = Scope(ScopeKind.TAIL)


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} = {listed}" if len(values) == 1 else f"{column} IN ({listed})"


def filtered(values: Mapping[str, Iterable[str]]) -> Scope:
    """The scope of the records that have, in each of the columns, one of its values."""
    return Scope(ScopeKind.FILTERED, tuple((column, tuple(of)) for column, of in values.items()))
