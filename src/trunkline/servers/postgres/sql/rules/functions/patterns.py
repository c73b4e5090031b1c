"""The patterns of to_char for moments, as strftime has them.

https://www.postgresql.org/docs/15/functions-formatting.html#FUNCTIONS-FORMATTING-DATETIME-TABLE.
"""

from __future__ import annotations

# What strftime says by itself, and without leading zeros or blanks (FM).
_STRFTIME: dict[str, tuple[str, str]] = {
    "YYYY": ("%Y", "%-Y"), "yyyy": ("%Y", "%-Y"), "IYYY": ("%G", "%G"), "YY": ("%y", "%-y"),
    "MM": ("%m", "%-m"), "mm": ("%m", "%-m"), "DD": ("%d", "%-d"), "dd": ("%d", "%-d"),
    "DDD": ("%j", "%-j"), "HH24": ("%H", "%-H"), "hh24": ("%H", "%-H"), "HH12": ("%I", "%-I"),
    "hh12": ("%I", "%-I"), "HH": ("%I", "%-I"), "hh": ("%I", "%-I"), "MI": ("%M", "%-M"),
    "mi": ("%M", "%-M"), "SS": ("%S", "%-S"), "ss": ("%S", "%-S"), "MS": ("%g", "%g"),
    "US": ("%f", "%f"), "AM": ("%p", "%p"), "PM": ("%p", "%p"), "Mon": ("%b", "%b"),
    "Dy": ("%a", "%a"), "IW": ("%V", "%V"), "FF3": ("%g", "%g"), "FF6": ("%f", "%f"),
    "yy": ("%y", "%-y"), "ms": ("%g", "%g"), "us": ("%f", "%f"),
}  # fmt: skip
# What needs more than that: a template around the moment, and one for FM.
_TEMPLATES: dict[str, tuple[str, str]] = {
    "Month": ("rpad(strftime({}, '%B'), 9, ' ')", "strftime({}, '%B')"),
    "MONTH": ("rpad(upper(strftime({}, '%B')), 9, ' ')", "upper(strftime({}, '%B'))"),
    "month": ("rpad(lower(strftime({}, '%B')), 9, ' ')", "lower(strftime({}, '%B'))"),
    "Day": ("rpad(strftime({}, '%A'), 9, ' ')", "strftime({}, '%A')"),
    "DAY": ("rpad(upper(strftime({}, '%A')), 9, ' ')", "upper(strftime({}, '%A'))"),
    "day": ("rpad(lower(strftime({}, '%A')), 9, ' ')", "lower(strftime({}, '%A'))"),
    "MON": ("upper(strftime({}, '%b'))",) * 2,
    "mon": ("lower(strftime({}, '%b'))",) * 2,
    "DY": ("upper(strftime({}, '%a'))",) * 2,
    "dy": ("lower(strftime({}, '%a'))",) * 2,
    "am": ("lower(strftime({}, '%p'))",) * 2,
    "pm": ("lower(strftime({}, '%p'))",) * 2,
    "Q": ("CAST(quarter({}) AS varchar)",) * 2,
    "ID": ("CAST(isodow({}) AS varchar)",) * 2,
    "D": ("CAST(dayofweek({}) + 1 AS varchar)",) * 2,
    "WW": ("lpad(CAST((dayofyear({}) - 1) // 7 + 1 AS varchar), 2, '0')",
           "CAST((dayofyear({}) - 1) // 7 + 1 AS varchar)"),
    "W": ("CAST((day({}) - 1) // 7 + 1 AS varchar)",) * 2,
}  # fmt: skip
_LONGEST = sorted({*_STRFTIME, *_TEMPLATES}, key=len, reverse=True)
_UNKNOWN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def pieces_of(form: str) -> list[tuple[str, str]] | None:
    """A format as texts for strftime and templates in turn; None where it has a pattern unknown."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(form):
        if form[at] == '"':
            stop = form.find('"', at + 1)
            stop = len(form) if stop < 0 else stop
            _add(found, form[at + 1 : stop].replace("%", "%%"))
            at = stop + 1
            continue
        plain = form.startswith(("FM", "fm"), at)
        at += 2 * plain
        mark = next((one for one in _LONGEST if form.startswith(one, at)), "")
        if mark in _STRFTIME:
            _add(found, _STRFTIME[mark][plain])
        elif mark:
            found.append(("template", _TEMPLATES[mark][plain]))
        elif at < len(form) and form[at].upper() in _UNKNOWN:
            return None
        else:
            mark = form[at : at + 1]
            _add(found, mark.replace("%", "%%"))
        at += len(mark)
    return found or [("strftime", "")]


def _add(found: list[tuple[str, str]], text: str) -> None:
    if found and found[-1][0] == "strftime":
        found[-1] = ("strftime", found[-1][1] + text)
    else:
        found.append(("strftime", text))
