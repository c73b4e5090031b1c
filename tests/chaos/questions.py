"""Questions beyond the whole days of a table: what a story asks, and which rows answer it.

A question may want what is past the watermark, may have a filter that the provider can apply, may
bound another time of a conversation than its start, may be answered from what is held alone, and
may count the rows of one table by those of another. Its rows are chosen here in plain Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tests.chaos.scopes_truth import Condition, Rows
from tests.chaos.story import DAY, Ask, Fate
from trunkline.interval import Interval, midnight

Held = Literal["", "covered", "snapshot", "instant"]
WELL = Fate()
COUNTED = "conversation_id, count(c.conversation_id) AS n"


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and the fate of the process that asks it.

    ``within`` is the column that is bounded in place of the start, then with ``lookback`` days.
    ``held`` says how it is answered from what is held alone: ``back`` is which earlier snapshot, or
    moment, is meant. Not ``bounded``, it has no time at all; it is held then. ``counted`` asks how
    many of the rows each conversation has. ``page`` is how many conversations a page of the tail
    has.
    """

    table: str
    first: date
    days: int
    zone: str = "UTC"
    tail: bool = False
    pushdown: str = "auto"
    where: tuple[Condition, ...] = ()
    within: str = ""
    lookback: int = 31
    held: Held = ""
    back: int = 0
    bounded: bool = True
    counted: bool = False
    allow_partial: bool = False
    page: int = 100
    fate: Fate = WELL

    @property
    def interval(self) -> Interval:
        """The time that the bounded column is asked for."""
        ends = (self.first, self.first + self.days * DAY)
        zone = ZoneInfo(self.zone)
        start, end = (datetime.combine(at, time.min, tzinfo=zone).astimezone(UTC) for at in ends)
        return Interval(start, end)

    @property
    def starts(self) -> Interval:
        """The starts of the conversations that are asked for, save those that were open before."""
        if not self.within:
            return self.interval
        first = (self.interval.start - timedelta(days=self.lookback)).date()
        # A segment may stand a moment before its conversation: see design/0021.
        lead = timedelta(0) if self.within == "conversation_end" else timedelta(seconds=1)
        return Interval(midnight(first), self.interval.end + lead)

    @property
    def utc_days(self) -> tuple[date, ...]:
        """The UTC days of the starts, in order."""
        return tuple(sorted(self.starts.days()))

    @property
    def opened(self) -> date | None:
        """The day at whose beginning an older conversation must have been open to matter."""
        return self.utc_days[0] if self.within else None

    @property
    def ask(self) -> Ask:
        """A plain query for the days of its starts."""
        return Ask(self.table, self.utc_days[0], len(self.utc_days), fate=self.fate)

    @property
    def questions(self) -> tuple[Question, ...]:
        """It alone."""
        return (self,)

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The days that it would have fetched."""
        return () if self.held else (self.ask,)

    @property
    def sql(self) -> str:
        """The statement; the zone is the session's."""
        if not self.counted:
            return f"SELECT * FROM {self.table}{self._chosen(self.table)}"
        parents, bounds = "conversations", self._chosen("conversations", plain=True)
        rows = f"SELECT * FROM {self.table}{self._chosen(self.table)}"
        return (
            f"SELECT p.{COUNTED} FROM (SELECT * FROM {parents}{bounds}) p"
            f" JOIN ({rows}) c ON c.conversation_id = p.conversation_id GROUP BY 1"
        )

    def _chosen(self, table: str, *, plain: bool = False) -> str:
        bounds = [self._bounds()] if self.bounded else []
        chosen = [*bounds, *(() if plain else (self._has(table, one) for one in self.where))]
        return f" WHERE {' AND '.join(chosen)}" if chosen else ""

    def _bounds(self) -> str:
        column, end = self.within or "conversation_start", self.first + self.days * DAY
        return f"{column} >= '{self.first}' AND {column} < '{end}'"

    def _has(self, table: str, one: Condition) -> str:
        listed = ", ".join(f"'{value}'" for value in one.values)
        has = f"{one.column} IN ({listed})"
        if one.table == table:
            return has
        bounds = f"{self._bounds()} AND " if self.bounded and not self.within else ""
        chosen = f"SELECT conversation_id FROM {one.table} WHERE {bounds}{has}"
        return f"conversation_id IN ({chosen})"

    def answer(self, held: Mapping[str, Rows]) -> Rows:
        """Its rows, of all that can be read of each table."""
        rows = [row for row in held[self.table] if self._is_asked(row)]
        for one in self.where:
            if one.table == self.table:
                rows = [row for row in rows if row[one.column] in one.values]
            else:
                ids = {r["conversation_id"] for r in held[one.table] if self._fits(r, one)}
                rows = [row for row in rows if row["conversation_id"] in ids]
        if not self.counted:
            return rows
        asked = {r["conversation_id"] for r in held["conversations"] if self._is_asked(r)}
        count = Counter(row["conversation_id"] for row in rows)
        return [{"conversation_id": one, "n": n} for one, n in count.items() if one in asked]

    def _fits(self, row: Mapping[str, Any], one: Condition) -> bool:
        asked = bool(self.within) or self._is_asked(row)
        return asked and row[one.column] in one.values

    def _is_asked(self, row: Mapping[str, Any]) -> bool:
        at = row[self.within or "conversation_start"]
        inside = at is not None and self.interval.start <= at < self.interval.end
        return inside or not self.bounded

    def __str__(self) -> str:
        told = (
            "with the tail" if self.tail else "",
            f"by {self.within}, looking {self.lookback} d back" if self.within else "",
            *(f"where {one.column} in {len(one.values)}" for one in self.where),
            f"filters {self.pushdown}" if self.where else "",
            f"held: {self.held} {self.back}" if self.held else "",
            "" if self.bounded else "of all time",
            "counted" if self.counted else "",
            "partly if need be" if self.allow_partial else "",
        )
        how = ", ".join(text for text in told if text)
        return f"ask for {self.table} {self.first} +{self.days}d {self.zone} {how}  [{self.fate}]"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Two processes ask questions at once, of one data directory."""

    one: Question
    other: Question

    @property
    def questions(self) -> tuple[Question, ...]:
        """Both."""
        return (self.one, self.other)

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The days that both would have fetched."""
        return (*self.one.asks, *self.other.asks)

    def __str__(self) -> str:
        return f"{self.one}  while another would {self.other}"
