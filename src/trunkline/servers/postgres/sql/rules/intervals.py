"""Intervals, read as PostgreSQL reads them."""

from __future__ import annotations

from trunkline.servers.postgres.parameters.interval_text import interval
from trunkline.servers.postgres.parameters.values import Interval
from trunkline.servers.postgres.sql.refusal import refused_at
from trunkline.servers.postgres.sql.writing import At, Rope


def interval_literal(text: str, place: int) -> Rope:
    """``INTERVAL '1 2:03:04'`` in words that DuckDB knows."""
    found = parts_of(text, place)
    parts = {"months": found.months, "days": found.days, "microseconds": found.microseconds}
    words = " ".join(f"{number} {unit}" for unit, number in parts.items() if number)
    return At(f"CAST('{words or '0 days'}' AS interval)", place)


def parts_of(text: str, place: int | None) -> Interval:
    """An interval as PostgreSQL reads it. Refused (22007, 22008) where it is none."""
    try:
        return interval(spelled(text.strip()))
    except ValueError:
        message = f'invalid input syntax for type interval: "{text}"'
        raise refused_at("22007", message, place) from None
    except OverflowError:
        raise refused_at("22008", f'interval field value out of range: "{text}"', place) from None


def spelled(text: str) -> str:
    """SQL's own forms, ``1 2:03:04`` and ``1-2``, in words; a number alone is of seconds."""
    if not text[:1].isdigit() and text[:1] not in "+-":
        return text.removeprefix("@").strip()
    words = text.split()
    if len(words) == 2 and ":" in words[1] and _is_number(words[0]):
        return f"{words[0]} days {words[1]}"
    if len(words) == 1 and _is_number(text):
        return f"{text} seconds"
    sign, years, months = _years(text)
    return f"{sign}{years} years {sign}{months} months" if years else text


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def _years(text: str) -> tuple[str, str, str]:
    sign = text[0] if text[0] in "+-" else ""
    years, _, months = text[len(sign) :].partition("-")
    both = years.isdigit() and months.isdigit()
    return (sign, years, months) if both else ("", "", "")
