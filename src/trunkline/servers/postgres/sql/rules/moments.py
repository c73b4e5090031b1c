"""Dates and times in text, as far as PostgreSQL and DuckDB read them differently.

https://www.postgresql.org/docs/15/datetime-input-rules.html. DuckDB writes ``0044-03-15 (BC)``,
leaves out an era that it does not know, and has a year 0.
"""

from __future__ import annotations

import re

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import refused_at, unsupported
from trunkline.servers.postgres.sql.writing import Rope
from trunkline.servers.postgres.sql.zone_names import at_zone

_ERA = re.compile(r"\b(?P<era>BC|AD)\b", re.IGNORECASE)
_DAY = re.compile(r"\s*(?P<year>\d+)-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?P<rest>\D.*)?", re.DOTALL)
_ZONE = re.compile(r"(?<=[\d\s])\s*(?P<zone>[A-Za-z]+(?:[+-]\d[\d:]*)?)\s*$")
_FIRST = (4714, 11, 24)  # before Christ: day 0 of Julian's count
_LAST = {"date": 5_874_897, "timestamp": 294_276, "timestamptz": 294_276}


def moment(text: str, target: str, place: int) -> str | None:
    """The text as DuckDB reads it; None where it is read alike. Refused where it is no moment."""
    era = _ERA.search(text)
    plain = _ERA.sub("", text).rstrip() if era else text
    found = _DAY.fullmatch(plain)
    if found is None:
        if era:
            raise unsupported("a date with an era in this form", place,
                              hint="Write it as '0044-03-15 BC'.")  # fmt: skip
        return None
    before = era is not None and era["era"].upper() == "BC"
    _check(found, text, target, place, before=before)
    rest = _rest(found["rest"] or "", place) if target == "timestamptz" else found["rest"] or ""
    day = f"{found['year'].zfill(4)}-{found['month']}-{found['day']}"
    made = f"{day}{' (BC)' if before else ''}{rest}"
    return made if era or rest != (found["rest"] or "") else None


def _check(found: re.Match[str], text: str, target: str, place: int, *, before: bool) -> None:
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    is_far = (-year, month, day) < (-_FIRST[0], *_FIRST[1:]) if before else year > _LAST[target]
    if not year or (before and len(found["year"]) < 3):
        raise refused_at("22008", f'date/time field value out of range: "{text}"', place)
    if is_far:
        name = "date" if target == "date" else "timestamp"
        raise refused_at("22008", f'{name} out of range: "{text}"', place)


def _rest(rest: str, place: int) -> str:
    """An abbreviation, or an offset that has the sign of POSIX, as DuckDB has it."""
    found = _ZONE.search(rest)
    if found is None or found["zone"].upper() in ("Z", "AM", "PM", "T"):
        return rest
    name = at_zone(found["zone"], place)
    return f"{rest[: found.start()]} {name}" if name != found["zone"] else rest


def of_columns(value: Rope, node: tree.Node, name: str) -> Rope | None:
    """A text of the data as a timestamp, of which DuckDB would leave the era out."""
    if not any(isinstance(one, tree.Column) for one in tree.walk(node)):
        return None
    return "list_transform([", value, f"], {_WITHOUT_ERA} AS {name}) END)[1]"


_WITHOUT_ERA = (
    "lambda given: CASE WHEN regexp_matches(given, '(?i)\\bBC\\b') THEN error('invalid timestamp "
    "field format: a time before Christ is not read from a column') ELSE CAST(given"
)


def as_text(type_: str, node: tree.Node, value: Rope) -> Rope | None:
    """The text of a moment that is no column's, its era at the end."""
    if type_ not in _LAST or any(isinstance(one, tree.Column) for one in tree.walk(node)):
        return None
    return "regexp_replace(CAST(", value, r"AS varchar), '^(\S+) \(BC\)(.*)$', '\1\2 BC')"
