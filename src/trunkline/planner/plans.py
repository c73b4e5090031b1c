"""The plans of one text, one for each organisation that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from trunkline.planner.filters.choice import Filtered
from trunkline.planner.plan import Fetch, Plan
from trunkline.wording import counted


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file of the user's own that is read as a table: its size in bytes, and their hash."""

    table: str
    file: str
    size: int
    modified_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Plans:
    """At least one, by the organisation; ``named`` where they have to be told apart.

    ``files`` are those of the user's own that the text reads.
    """

    each: Mapping[str, Plan]
    named: bool = False
    files: tuple[FileRead, ...] = ()

    def __str__(self) -> str:
        return "\n\n".join((self._plans(), *_local(self.files)))

    def _plans(self) -> str:
        if not self.named:
            return str(self.any)
        parts = [f"Organisation {name}\n\n{plan}" for name, plan in self.each.items()]
        if len(parts) > 1:
            total = counted(self.requests, "request")
            parts.append(f"In all {'at least ' if self.requests else ''}{total}")
        return "\n\n".join(parts)

    @property
    def any(self) -> Plan:
        """One of them: text, zone and instant are those of all."""
        return next(iter(self.each.values()))

    @property
    def requests(self) -> int:
        """The fewest requests they can take together: for the cost guard."""
        return sum(plan.requests for plan in self.each.values())

    @property
    def fetches(self) -> tuple[Fetch, ...]:
        """The jobs of all."""
        return tuple(fetch for plan in self.each.values() for fetch in plan.fetches)

    @property
    def filters(self) -> tuple[Filtered, ...]:
        """The filters of all."""
        return tuple(item for plan in self.each.values() for item in plan.filters)

    @property
    def notices(self) -> tuple[str, ...]:
        """What has to be said of any, once."""
        return tuple(dict.fromkeys(n for plan in self.each.values() for n in plan.notices))


def _local(files: tuple[FileRead, ...]) -> Iterator[str]:
    """What is read of the user's own, as a part of EXPLAIN."""
    if files:
        yield "\n".join(("Files of your own (times in UTC)", *map(_file, files)))


def _file(file: FileRead) -> str:
    modified = file.modified_at.astimezone(UTC)
    return (
        f"  {file.table}  {file.file}, {file.size:,} bytes of {modified:%Y-%m-%d %H:%M:%S}, "
        f"sha256 {file.sha256}"
    )
