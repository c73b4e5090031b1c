"""What a publication came to, for people and for the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trunkline.interval import runs
from trunkline.publish.copying import Copied
from trunkline.publish.decision import WORK, Verdict
from trunkline.wording import counted

MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Published:
    """One schema of the target: what was done there, or would be (``dry_run``).

    Days: ``published`` are written anew, ``removed`` are held no more, ``confirmed`` have other
    files and the same rows, ``unchanged`` nothing new, ``newer`` are there as of a later fetch of
    another data directory. ``not_held`` are days of the asked interval, or between those held.
    Of the whole list ``listed`` there is one day, which means nothing.
    """

    target: str
    organization: str
    schema: str
    snapshot: int
    published: tuple[date, ...] = ()
    removed: tuple[date, ...] = ()
    confirmed: tuple[date, ...] = ()
    unchanged: int = 0
    newer: tuple[date, ...] = ()
    not_held: tuple[date, ...] = ()
    made: tuple[str, ...] = ()
    written: Mapping[str, int] = field(default_factory=dict)
    deleted: Mapping[str, int] = field(default_factory=dict)
    altered: Mapping[str, int] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()
    dry_run: bool = False
    listed: str = ""

    def certificate(self) -> dict[str, Any]:
        """The same with named keys, as JSON can tell it."""
        return {
            "target": self.target,
            "organization": self.organization,
            "schema": self.schema,
            "snapshot": self.snapshot,
            "list": {"dataset": self.listed, "outcome": self._outcome} if self.listed else None,
            "days": {}
            if self.listed
            else {
                "published": _spans(self.published),
                "removed": _spans(self.removed),
                "same_rows": _spans(self.confirmed),
                "unchanged": self.unchanged,
                "newer_in_target": _spans(self.newer),
                "not_held": _spans(self.not_held),
            },
            "made": list(self.made),
            "rows_written": dict(self.written),
            "rows_deleted": dict(self.deleted),
            "altered": dict(self.altered),
            "foreign_keys_not_valid": list(self.unchecked),
        }

    def __str__(self) -> str:
        """A line on the days, and one for each table that anything was done to."""
        would = " would be" if self.dry_run else ""
        if self.listed:
            done = f"{self.listed}{would} {self._outcome}"
            head = f"{self.schema} in {self.target}: {done}; snapshot {self.snapshot}"
            return "\n".join([head, *self._tables()])
        parts = [
            f"{counted(len(self.published), 'day')}{would} published{_told(self.published)}",
            *([f"{len(self.removed):,}{would} removed"] if self.removed else []),
            *([f"{len(self.confirmed):,} with the same rows"] if self.confirmed else []),
            f"{self.unchanged:,} unchanged",
        ]
        head = f"{self.schema} in {self.target}: {', '.join(parts)}; snapshot {self.snapshot}"
        return "\n".join([head, *self._tables()])

    @property
    def _outcome(self) -> str:
        """What became of a whole list, in a word or two."""
        outcomes = (
            (self.published, "published"),
            (self.removed, "removed"),
            (self.confirmed, "published with the same rows"),
            (self.newer, "left as another data directory has it"),
            (self.unchanged, "unchanged"),
        )
        return next((words for found, words in outcomes if found), "not held")

    def _tables(self) -> Iterable[str]:
        if self.dry_run:
            yield from (f"  {what} would be made" for what in self.made)
            return
        names = [name for name in self.written if self.written[name] or self.deleted[name]]
        width = max(map(len, names), default=0)
        for name in names:
            deleted = self.deleted[name]
            gone = f", {counted(deleted, 'row')} deleted" if deleted else ""
            yield f"  {name:{width}}  {counted(self.written[name], 'row')} written{gone}"

    @property
    def notices(self) -> tuple[str, ...]:
        """What should be known."""
        said = []
        if self.not_held:
            said.append(
                f"{counted(len(self.not_held), 'day')} of the time asked for are not held, and so "
                f"not published{_told(self.not_held)}; `trunkline sync` fetches them"
            )
        if self.newer and self.listed:
            said.append(f"{self.listed} is there as of a later fetch of another data directory")
        elif self.newer:
            said.append(
                f"{counted(len(self.newer), 'day')} are in {self.schema} as of a later fetch of "
                f"another data directory, and are left as they are{_told(self.newer)}"
            )
        said += [f"{what} ({count:,})" for what, count in self.altered.items() if count]
        said += [
            f"{name} is not validated: some days that are not held here break it"
            for name in self.unchecked
        ]
        return tuple(f"{self.schema}: {line}" for line in said)


@dataclass(slots=True)
class Tally:
    """What has been done so far."""

    published: list[date] = field(default_factory=list)
    removed: list[date] = field(default_factory=list)
    confirmed: list[date] = field(default_factory=list)
    newer: list[date] = field(default_factory=list)
    unchanged: int = 0
    written: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    altered: Counter[str] = field(default_factory=Counter)

    def note_all(self, verdicts: Mapping[date, Verdict]) -> None:
        """Take in the days that nothing is to be done with."""
        for day, verdict in verdicts.items():
            if verdict not in WORK:
                self.note(day, verdict, Copied())

    def note(self, day: date, verdict: Verdict | None, copied: Copied) -> None:
        """Take in what became of a day; None where its rows were there already."""
        self.unchanged += verdict is Verdict.SAME
        days = {
            None: self.confirmed,
            Verdict.PUT: self.published,
            Verdict.REMOVE: self.removed,
            Verdict.NEWER: self.newer,
        }
        if verdict in days:
            days[verdict].append(day)
        self.written += copied.written
        self.deleted += copied.deleted
        self.altered += copied.altered


def _spans(days: Iterable[date]) -> list[str]:
    return [interval.spoken for interval in runs(days)]


def _told(days: Iterable[date]) -> str:
    spans = _spans(days)
    shown = spans[-MOST_SHOWN:]
    more = [f"{len(spans) - len(shown):,} more"] if len(spans) > len(shown) else []
    return f" ({', '.join([*more, *shown])})" if spans else ""
