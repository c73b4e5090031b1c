"""Time zones as PostgreSQL names them, and as DuckDB and Python do.

https://www.postgresql.org/docs/15/datatype-datetime.html#DATATYPE-TIMEZONES and, for offsets, whose
sign is that of POSIX (``UTC+3`` is three hours west), datetime-posix-timezone-specs.html.
``data/zones.tsv`` has the abbreviations of timezonesets/Default: seconds east of UTC, or the zone
whose history says what one meant when.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from trunkline.servers.postgres.sql.refusal import refused_at, unsupported

_POSIX = re.compile(
    r"(?:<[A-Za-z0-9+-]+>|[A-Za-z]*)(?P<sign>[+-]?)(?P<hours>\d{1,3})(?::(?P<minutes>\d{1,2}))?"
)
_OFTEN_CHANGED = re.compile(
    r"(?:<[A-Za-z0-9+-]+>|[A-Za-z]{3,})[+-]?\d[\d:]*(?:<|[A-Za-z]).*", re.DOTALL
)
_MOST_HOURS = 167  # of POSIX; a day's are what DuckDB has
_HINT = "Use an IANA name such as Europe/Berlin or UTC."
HOUR = 3_600


@cache
def _names() -> dict[str, str]:
    return {
        name.lower(): name
        for name in sorted(available_timezones())
        if not name.startswith(("posix/", "right/")) and name not in {"localtime", "Factory"}
    }


@cache
def _abbreviations() -> dict[str, str]:
    place = files("trunkline.servers.postgres.sql").joinpath("data", "zones.tsv")
    lines = place.read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def named(text: str) -> str | None:
    """The zone of the database that has a name, whatever its case."""
    return _names().get(text.lower())


def posix_east(text: str) -> int | None:
    """Seconds east of UTC of an offset written as POSIX does; None for anything else."""
    found = _POSIX.fullmatch(text)
    if found is None or int(found["hours"]) > _MOST_HOURS or int(found["minutes"] or 0) > 59:
        return None
    west = int(found["hours"]) * HOUR + int(found["minutes"] or 0) * 60
    return west if found["sign"] == "-" else -west


def at_zone(text: str, place: int | None) -> str:
    """DuckDB's name of the zone in ``x AT TIME ZONE 'text'``.

    Refused (22023) where PostgreSQL knows no such zone, or (0A000) where DuckDB has none.
    """
    east = _abbreviations().get(text.lower())
    if east is not None and not east.lstrip("-").isdigit():
        raise unsupported(f"the time zone abbreviation {text}", place, hint=f"Write '{east}'.")
    if east is not None:
        return offset(int(east), place)
    if name := named(text):
        return name
    seconds = posix_east(text)
    if seconds is not None:
        return offset(seconds, place)
    if _OFTEN_CHANGED.fullmatch(text):
        raise unsupported(f'the time zone "{text}"', place, hint=_HINT)
    raise refused_at("22023", f'time zone "{text}" not recognized', place, hint=_HINT)


def offset(east: int, place: int | None) -> str:
    """DuckDB's name of a clock so many seconds east of UTC, always. Refused from a day on."""
    if not east:
        return "UTC"
    hours, rest = divmod(abs(east), HOUR)
    if hours >= 24 or rest % 60:
        raise unsupported("a time zone that far from UTC, or by seconds", place, hint=_HINT)
    return f"GMT{'+' if east > 0 else '-'}{hours:02d}:{rest // 60:02d}"


def always(east: int) -> str | None:
    """The zone of the database that is so far east of UTC at all times, if there is one."""
    hours, rest = divmod(east, HOUR)
    if rest or not -12 <= hours <= 14:
        return None
    return named(f"Etc/GMT{-hours:+d}") if hours else "UTC"


def of_session(text: str) -> str | None:
    """The zone of the database that a session's TimeZone means, as SHOW says it."""
    if name := named(text):
        return name
    east = posix_east(text)
    return None if east is None else always(east)


def from_hours(hours: float) -> str:
    """How SHOW says a zone that was set as a number of hours east of UTC: ``<-05>+05``."""
    minutes = round(abs(hours) * 60)
    digits = f"{minutes // 60:02d}" + (f":{minutes % 60:02d}" if minutes % 60 else "")
    here, there = ("-", "+") if hours < 0 else ("+", "-")
    return f"<{here}{digits}>{there}{digits}"
