"""How a session wants its values spelled."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Style:
    """DateStyle is ISO and IntervalStyle postgres; only the time zone can be chosen."""

    zone: ZoneInfo


UTC = Style(ZoneInfo("UTC"))
