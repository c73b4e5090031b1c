"""What a setting may be: text in, text as SHOW says it out, or Refused (22023).

Wording and spelling: https://www.postgresql.org/docs/15/config-setting.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from trunkline.servers.postgres.report import Refused, refused
from trunkline.servers.postgres.sql import zone_names

Check = Callable[[str, str], str]
"""Of a setting's name and a value."""

_WORDS = {
    "on": "on", "true": "on", "yes": "on", "1": "on", "t": "on", "y": "on",
    "off": "off", "false": "off", "no": "off", "0": "off", "f": "off", "n": "off",
}  # fmt: skip
_UNITS = {"us": 0.001, "ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_HOURS = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,6})?")
_TIME = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*\Z")


def wrong(name: str, value: str, hint: str | None = None) -> Refused:
    """The error for a value that a setting cannot have."""
    return refused("22023", f'invalid value for parameter "{name}": "{value}"', hint=hint)


def anything(_: str, value: str) -> str:
    """Any text."""
    return value


def boolean(name: str, value: str) -> str:
    """``on`` or ``off``, said in one of PostgreSQL's ways."""
    word = _WORDS.get(value.strip().lower())
    if word is None:
        raise refused("22023", f'parameter "{name}" requires a Boolean value')
    return word


def boolean_or_empty(name: str, value: str) -> str:
    """The same, or nothing, where that is as the server has it."""
    return boolean(name, value) if value.strip() else ""


def one_of(*words: str, hint: str | None = None) -> Check:
    """One of some words, whatever their case."""

    def check(name: str, value: str) -> str:
        found = value.strip().lower()
        if found not in words:
            raise wrong(name, value, hint or f"Available values: {', '.join(words)}.")
        return found

    return check


def number(least: int, most: int) -> Check:
    """A whole number."""

    def check(name: str, value: str) -> str:
        try:
            found = int(value)
        except ValueError:
            raise wrong(name, value) from None
        if not least <= found <= most:
            raise refused(
                "22023",
                f'{found} is outside the valid range for parameter "{name}" ({least} .. {most})',
            )
        return str(found)

    return check


def milliseconds(text: str) -> int | None:
    """A time as PostgreSQL takes it, in milliseconds where it has no unit; None if it is none."""
    found = _TIME.match(text.lower())
    if not found or (found[2] and found[2] not in _UNITS):
        return None
    return round(float(found[1]) * _UNITS[found[2] or "ms"])


def duration(name: str, value: str) -> str:
    """A time, in the largest unit that it is a whole number of."""
    found = milliseconds(value)
    if found is None or not 0 <= found <= 2**31 - 1:
        raise wrong(
            name, value, 'Valid units for this parameter are "us", "ms", "s", "min", "h", "d".'
        )
    for unit in ("d", "h", "min", "s"):
        if found and not found % int(_UNITS[unit]):
            return f"{found // int(_UNITS[unit])}{unit}"
    return f"{found}ms" if found else "0"


def zone(name: str, value: str) -> str:
    """A time zone of the database, whatever its case; hours east of it; an offset as POSIX has."""
    text = value.strip()
    said = zone_names.from_hours(float(text)) if _HOURS.fullmatch(text) else text
    found = zone_names.of_session(said)
    if found is None:
        raise wrong(name, value, "Use an IANA name such as Europe/Berlin, or whole hours.")
    return said if zone_names.named(said) is None else found


def encoding(name: str, value: str) -> str:
    """UTF8, and no other."""
    if re.sub(r"[^a-z0-9]", "", value.lower()) not in {"utf8", "unicode"}:
        raise refused(
            "22023",
            f'invalid value for parameter "{name}": "{value}"',
            hint="This server speaks UTF8 alone; set PGCLIENTENCODING=UTF8.",
        )
    return "UTF8"


def date_style(name: str, value: str) -> str:
    """ISO, with an order of day, month and year that nothing here depends on."""
    words = [word.strip().upper() for word in value.split(",")]
    orders = {"MDY": "MDY", "US": "MDY", "NONEURO": "MDY", "DMY": "DMY", "EURO": "DMY",
              "EUROPEAN": "DMY", "YMD": "YMD", "ISO": "", "DEFAULT": ""}  # fmt: skip
    if not set(words) <= orders.keys():
        raise wrong(name, value, "Dates are written as ISO 8601 has them: ISO, MDY.")
    order = next((orders[word] for word in words if orders[word]), "MDY")
    return f"ISO, {order}"


def printable(_: str, value: str) -> str:
    """Printable ASCII, of the length of a name."""
    return "".join(char if " " <= char <= "~" else "?" for char in value)[:63]


def schemas(_: str, value: str) -> str:
    """Names of schemas, quoted where they have to be."""
    return ", ".join(map(_quoted, names_of(value)))


def names_of(path: str) -> list[str]:
    """The schemas of a search path, folded as identifiers are."""
    found = re.findall(r'"((?:[^"]|"")*)"|([^\s,"]+)', path)
    return [quoted.replace('""', '"') if quoted else plain.lower() for quoted, plain in found]


def _quoted(name: str) -> str:
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        return name
    return '"' + name.replace('"', '""') + '"'
