"""What is held of a whole list, and what becomes of it, as values; and how EXPLAIN says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

from trunkline.catalog import Dataset
from trunkline.wording import counted


class ListState(Enum):
    """What is held of a list. The value says what EXPLAIN says."""

    HELD = "held"
    KEPT = "kept"  # as it is, whether or not there is anything, however old
    OLD = "old"
    STALE = "stale"
    REFRESH = "refresh"
    MISSING = "missing"

    @property
    def is_asked(self) -> bool:
        """Whether the list is asked for."""
        return self not in (ListState.HELD, ListState.KEPT)


@dataclass(frozen=True, slots=True)
class ListHeld:
    """A list in the lake: when it was told, how mapped and masked, in how many requests.

    ``rows`` are those that are there, by table; ``items`` are all that were ever told.
    """

    refreshed_at: datetime
    fingerprint: str
    requests: int
    rows: Mapping[str, int] = field(default_factory=dict)
    items: int = 0


@dataclass(frozen=True, slots=True)
class Refresh:
    """A list that is read, or wanted for another that is; ``why`` has words where it is stale."""

    dataset: Dataset
    state: ListState
    held: ListHeld | None = None
    why: str = ""
    of_parent: int = 1

    @property
    def requests(self) -> int:
        """The fewest requests it is thought to take."""
        if not self.state.is_asked:
            return 0
        return max(self.held.requests if self.held else 1, self.of_parent)


def lines(found: Iterable[Refresh], now: datetime) -> list[tuple[str, ...]]:
    """The rows of EXPLAIN."""
    return [
        (each.dataset.name, each.state.value, _since(each, now), _because(each)) for each in found
    ]


def _since(each: Refresh, now: datetime) -> str:
    if each.held is None:
        return "never fetched"
    at = each.held.refreshed_at
    return f"since {at_text(at)}, {ago(now - at)}"


def _because(each: Refresh) -> str:
    match each.state:
        case ListState.HELD:
            return "not old enough to be fetched again"
        case ListState.KEPT:
            return "read as it is held"
        case ListState.OLD:
            return "older than reference_refresh_after; fetched again"
        case ListState.STALE:
            return f"held {each.why}; fetched again"
        case ListState.REFRESH:
            return "fetched again as asked"
    return "fetched"


def at_text(instant: datetime) -> str:
    """An instant in UTC to the minute."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}"


def ago(age: timedelta) -> str:
    """How long ago something was, by its largest unit."""
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if age >= length:
            return f"{counted(age // length, unit)} ago"
    return f"{counted(max(0, age // timedelta(minutes=1)), 'minute')} ago"
