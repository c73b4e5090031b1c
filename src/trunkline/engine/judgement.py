"""Whether an answer may be given, and what has to be said about it; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from trunkline.config import Settings, memory_bytes, zone_exists
from trunkline.engine.certificate import Reopened
from trunkline.engine.completeness import pieces
from trunkline.engine.fetching import Fetched
from trunkline.engine.options import Served
from trunkline.engine.reading_lists import KEPT_BACK
from trunkline.errors import IncompleteData, UsageError
from trunkline.interval import iso, runs
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.freshness import TailDay
from trunkline.lake.locked import Limits
from trunkline.planner.filters.choice import Pushdown
from trunkline.roles import ReaderLimits
from trunkline.wording import counted

SAID = 5  # days whose counts differ, each in a notice of its own


def require_complete(fetched: Fetched, *, allow_partial: bool) -> str:
    """The notice for an answer with gaps; IncompleteData, naming them, where none is wanted."""
    if allow_partial:
        return f"the answer is partial; {_gaps(fetched)}"
    raise incomplete(fetched)


def incomplete(fetched: Fetched, beside: IncompleteData | None = None) -> IncompleteData:
    """The error that names what could not be had; ``beside`` is that of what needs no job."""
    error = IncompleteData(
        _gaps(fetched) + (f"; {beside.message}" if beside else ""),
        hint="What did land is kept and not fetched again: run the query again to go on, "
        "or take what is there with --allow-partial.",
    )
    asked = [broken.retry_after for _, broken in fetched.outcome.broken]
    asked += [beside.retry_after] if beside else []
    error.retry_after = max(filter(None, asked), default=None)
    return error


def _gaps(fetched: Fetched) -> str:
    gaps = [
        f"{name} {interval}" for name, days in fetched.broken.items() for interval in runs(days)
    ]
    gaps += [
        f"{name} open at {day}" for name, days in fetched.unopened.items() for day in sorted(days)
    ]
    reasons = sorted({error.message for _, error in fetched.outcome.broken})
    return f"not fetched: {', '.join(gaps)} ({'; '.join(reasons)})"


def quarantine_notice(certificate: Mapping[str, Any]) -> tuple[str, ...]:
    """What has to be said of records that could not be read; nothing where all could."""
    kept_back = tuple(one for one in certificate["quarantined"] if KEPT_BACK in one)
    reasons = [one for one in certificate["quarantined"] if one not in kept_back]
    if not reasons:
        return kept_back
    nouns = {reason.partition(" ")[0] for reason in reasons}
    which = counted(len(reasons), nouns.pop() if len(nouns) == 1 else "record")
    said = f"{which} of the days behind this answer could not be read, and no table has any of it"
    return (*kept_back, f"{said}; --certificate gives the reasons")


def count_notices(certificate: Mapping[str, Any]) -> tuple[str, ...]:
    """What the provider's own counts say against an answer, and of which days there are none."""
    counts = certificate["provider_counts"]
    said = [
        f"the provider counts {each['provider']:,} conversations on {each['day']}, "
        f"{each['held']:,} are held; `trunkline sync --refresh` fetches a day again"
        for each in counts["differing"][:SAID]
    ]
    more = len(counts["differing"]) - SAID
    if more > 0:
        said.append(f"the counts of {more:,} more days differ; --certificate names them")
    if counts["not_counted"]:
        spans = ", ".join(counts["not_counted"])
        said.append(f"not final or not held whole, or too old, so not counted: {spans}")
    return tuple(said)


def tail_notices(tails: Iterable[TailDay]) -> tuple[str, ...]:
    """What has to be said of an answer that has something from past the watermark."""
    return tuple(
        f"the tail of {piece.dataset}, from {iso(piece.interval.start)} to "
        f"{iso(piece.interval.end)}, has no participant attributes; jobs will replace it"
        for piece in pieces(tails)
    )


def reopened_notices(reopened: Reopened) -> tuple[str, ...]:
    """What has to be said of open conversations that were asked for and not answered."""
    unknown = reopened.asked - reopened.answered
    if not unknown:
        return ()
    said = f"{unknown:,} of {reopened.asked:,} open conversations that were asked for again"
    return (f"{said} are not known to the provider, or not shown to this client; they are kept",)


def held_notice(snapshot: int, covered: Sequence[CoveredDay]) -> str:
    """Which days an answer from what is held stands on; those of a filter say which."""
    if not covered:
        return f"snapshot {snapshot} holds no days yet; nothing was requested"
    days: dict[str, list[date]] = {}
    for held in covered:
        which = f" where {held.scope.condition}" if held.scope.predicates else ""
        days.setdefault(f"{held.dataset}{which}", []).append(held.day)
    spans = ", ".join(f"{name} {run.spoken}" for name, of in days.items() for run in runs(of))
    return f"answered from snapshot {snapshot}, which holds {spans}; nothing was requested"


def pushdown_of(name: str) -> Pushdown:
    """Whether filters are sent to the provider; UsageError for a word that says no such thing."""
    try:
        return Pushdown(name)
    except ValueError:
        raise UsageError(
            f"pushdown cannot be {name!r}", hint="It is auto, never or always."
        ) from None


def limits_of(settings: Settings, own: ReaderLimits, served: Served | None = None) -> Limits:
    """What one query may use: as its reader has it, else as the settings do.

    In a server the settings' memory is the share of one query: nobody has more.
    """
    rows = settings.max_rows if own.rows is None else own.rows
    memory = own.memory or settings.query_memory
    if served:
        memory = min(memory, settings.query_memory, key=memory_bytes)
    return Limits(
        memory=memory,
        seconds=own.seconds or settings.query_seconds,
        rows=rows or None,
        stop=served.stop if served else None,
        rests=served is not None,
        exact=served is not None,
    )


def checked_zone(name: str) -> str:
    """The name of a time zone that exists."""
    if not zone_exists(name):
        raise UsageError(
            f"there is no time zone {name!r}",
            hint="Use an IANA name such as Europe/Berlin or UTC.",
        )
    return name


def instant(when: date | datetime | None, zone: str) -> datetime | None:
    """A date, or a time without a zone, as an instant: one in the zone. None stays None."""
    if when is None:
        return None
    time = when if isinstance(when, datetime) else datetime(when.year, when.month, when.day)  # noqa: DTZ001
    local = time if time.tzinfo else time.replace(tzinfo=ZoneInfo(checked_zone(zone)))
    return local.astimezone(UTC)
