"""How numbers are said to people."""

from __future__ import annotations

from datetime import UTC, datetime


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 day``, ``1,234 days``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def lasting(seconds: float) -> str:
    """A duration by its two largest units: ``45 s``, ``6 min``, ``3 h 5 min``, ``2 d 4 h``."""
    whole = max(0, round(seconds))
    if whole < 120:
        return f"{whole} s"
    minutes = round(whole / 60)
    days, hours = divmod(minutes // 60, 24)
    first, second = (f"{days} d", f"{hours} h") if days else (f"{hours} h", f"{minutes % 60} min")
    shown = [part for part in (first, second) if not part.startswith("0 ")]
    return " ".join(shown)


def moment(instant: datetime) -> str:
    """An instant in UTC to the second: ``2025-03-01T09:30:00Z``."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
