"""Intervals in text: as PostgreSQL writes them, in words, and ISO 8601 durations.

https://www.postgresql.org/docs/15/datatype-datetime.html#DATATYPE-INTERVAL-INPUT
"""

from __future__ import annotations

import re
from decimal import Decimal

from trunkline.servers.postgres.parameters.values import MOMENT, Interval

_NUMBER = r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,9})?"
_PART = re.compile(
    rf"\s*(?:(?P<sign>[+-]?)(?P<h>[0-9]{{1,9}}):(?P<m>[0-9]{{2}})(?::(?P<s>[0-9]{{2}}(?:\.[0-9]{{1,9}})?))?"
    rf"|(?P<number>{_NUMBER})\s*(?P<unit>[a-z]+))\s*",
    re.IGNORECASE,
)
_ISO = re.compile(r"P(?=.)(?P<date>(?:[^T]*))(?:T(?P<time>.+))?")
_ISO_PART = re.compile(rf"({_NUMBER})([YMWDHS])")
_SECOND = 1_000_000
# What a unit is in months, days and microseconds; the first word of each is the ISO letter's.
_UNITS = {
    ("year", "yr", "y"): (12, 0, 0),
    ("mon", "month"): (1, 0, 0),
    ("week", "w"): (0, 7, 0),
    ("day", "d"): (0, 1, 0),
    ("hour", "hr", "h"): (0, 0, 3600 * _SECOND),
    ("minute", "min", "m"): (0, 0, 60 * _SECOND),
    ("second", "sec", "s"): (0, 0, _SECOND),
    ("millisecond", "msec", "ms"): (0, 0, 1000),
    ("microsecond", "usec", "us"): (0, 0, 1),
}
_BY_WORD = {
    word + plural: size for words, size in _UNITS.items() for word in words for plural in ("", "s")
}
_ISO_DATE = {"Y": "year", "M": "mon", "W": "week", "D": "day"}
_ISO_TIME = {"H": "hour", "M": "minute", "S": "second"}


def interval(words: str) -> Interval:
    """An interval. ValueError where the text is none."""
    parts = _iso(words) if words[:1] == "P" else _worded(words)
    months = days = microseconds = Decimal()
    for number, (month, day, microsecond) in parts:
        months, days = months + number * month, days + number * day
        microseconds += number * microsecond
    days += (months - int(months)) * 30  # as PostgreSQL counts a part of a month
    microseconds += (days - int(days)) * 86_400 * _SECOND
    made = Interval(int(months), int(days), round(microseconds))
    if max(abs(made.months), abs(made.days)) >= 2**31 or abs(made.microseconds) >= 2**63:
        raise OverflowError(MOMENT)
    return made


Part = tuple[Decimal, tuple[int, int, int]]


def _worded(words: str) -> list[Part]:
    parts: list[Part] = []
    ago = words.lower().endswith(" ago")
    rest = words[:-4] if ago else words
    at = 0
    while at < len(rest):
        found = _PART.match(rest, at)
        if not found:
            raise ValueError("interval")
        parts.append(_clock(found) if found["h"] else _unit(found["number"], found["unit"]))
        at = found.end()
    if not parts:
        raise ValueError("interval")
    return [(-number, size) for number, size in parts] if ago else parts


def _clock(found: re.Match[str]) -> Part:
    seconds = int(found["h"]) * 3600 + int(found["m"]) * 60 + Decimal(found["s"] or 0)
    return (-seconds if found["sign"] == "-" else seconds), (0, 0, _SECOND)


def _unit(number: str, unit: str) -> Part:
    if unit.lower() not in _BY_WORD:
        raise ValueError("interval")
    return Decimal(number), _BY_WORD[unit.lower()]


def _iso(words: str) -> list[Part]:
    found = _ISO.fullmatch(words)
    if not found:
        raise ValueError("interval")
    return [*_letters(found["date"], _ISO_DATE), *_letters(found["time"] or "", _ISO_TIME)]


def _letters(words: str, units: dict[str, str]) -> list[Part]:
    parts = _ISO_PART.findall(words)
    if "".join(number + letter for number, letter in parts) != words:
        raise ValueError("interval")
    if any(letter not in units for _, letter in parts):
        raise ValueError("interval")
    return [_unit(number, units[letter]) for number, letter in parts]
