"""What of some time nothing has, and how it is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from trunkline.interval import Interval, runs


def clipped(interval: Interval, now: datetime) -> Interval | None:
    """Nothing is missing of the future. Intervals are written to the millisecond."""
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return common(interval, Interval(interval.start, now)) if interval.start < now else None


def common(one: Interval, other: Interval) -> Interval | None:
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Interval(start, end) if start < end else None


def without(asked: Interval, have: Iterable[Interval]) -> list[Interval]:
    """What of the asked time nothing has."""
    left = [asked]
    for part in have:
        left = [
            piece
            for whole in left
            for start, end in (
                (whole.start, min(whole.end, part.start)),
                (max(whole.start, part.end), whole.end),
            )
            if start < end
            for piece in (Interval(start, end),)
        ]
    return left


def parsed(spans: Iterable[Iterable[str]]) -> list[Interval]:
    return [Interval(*map(_instant, span)) for span in spans]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def texts(spans: Iterable[Interval]) -> str:
    return ", ".join(map(str, spans)) or "nothing"


def days_text(days: Iterable[date]) -> str:
    return texts(runs(days))
