"""EXTRACT, date_part and date_trunc.

https://www.postgresql.org/docs/15/functions-datetime.html#FUNCTIONS-DATETIME-EXTRACT.
"""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, string

_FIELDS = {
    "years": "year", "months": "month", "mon": "month", "mons": "month", "days": "day",
    "hours": "hour", "minutes": "minute", "min": "minute", "mins": "minute", "sec": "second",
    "secs": "second", "seconds": "second", "millisecond": "milliseconds",
    "microsecond": "microseconds", "weeks": "week", "quarters": "quarter", "decades": "decade",
    "centuries": "century", "millenniums": "millennium", "millennia": "millennium",
}  # fmt: skip
_WITH_FRACTION = {"second": 6, "milliseconds": 3}  # of microseconds, what 10 is raised to
_FRACTIONAL = frozenset({"second", "milliseconds", "epoch", "julian"})


def _constant(node: tree.Node) -> str | None:
    if isinstance(node, tree.Literal) and node.token.kind is Kind.STRING:
        return node.token.value.lower()
    return None


def extract(node: tree.Call, writer: Writer) -> Rope | None:
    """A number, exact: whole, or with six digits where there are fractions of a second."""
    return _part(node, writer, "decimal(38, 6)")


def date_part(node: tree.Call, writer: Writer) -> Rope | None:
    """The same as a floating point number."""
    return _part(node, writer, "double")


def shown_as(node: tree.Call) -> str:
    """What a whole number is cast to for the client; in a condition it stays one.

    There it bounds a scan, which the planner would not see through the cast.
    """
    field = _constant(node.arguments[0]) if len(node.arguments) == 2 else None
    if field is None or _FIELDS.get(field, field) in _FRACTIONAL:
        return ""
    return {"extract": "decimal(18, 0)", "date_part": "double"}.get(node.name, "")


def _part(node: tree.Call, writer: Writer, fractional: str) -> Rope | None:
    if len(node.arguments) != 2:
        return None
    field, value = _constant(node.arguments[0]), node.arguments[1]
    if field is None:
        return None
    field = _FIELDS.get(field, field)
    written = writer.write(value)
    if writer.type(value) == "unknown":
        written = ("CAST(", written, "AS timestamp)")
    if field in _WITH_FRACTION:
        power = 10 ** _WITH_FRACTION[field]
        parts = ("date_part('microseconds',", written, f") / {power}.0")
        return "CAST(", parts, "AS", f"{fractional})"
    found = ("date_part(", string(field), ",", written, ")")
    if field == "year" and not any(isinstance(one, tree.Column) for one in tree.walk(value)):
        return "list_transform([", found, "], lambda given: given - CAST(given < 1 AS integer))[1]"
    if field in ("epoch", "julian"):
        return "CAST(", found, "AS", f"{fractional})"
    return found


def date_trunc(node: tree.Call, writer: Writer) -> Rope | None:
    """Of a date it is an instant, the start of that day in the session's zone."""
    if len(node.arguments) == 3:
        raise unsupported(
            "date_trunc with a time zone",
            writer.place(node),
            hint="Write date_trunc('day', x AT TIME ZONE 'zone') AT TIME ZONE 'zone'.",
        )
    if len(node.arguments) != 2:
        return None
    unit, value = _constant(node.arguments[0]), node.arguments[1]
    if unit is None:
        return None
    unit = _FIELDS.get(unit, unit)
    written = writer.write(value)
    if writer.type(value) == "date":
        written = ("CAST(", written, "AS timestamptz)")
    return "date_trunc(", string(unit), ",", written, ")"


def age_of_transaction(node: tree.Call, writer: Writer) -> Rope | None:
    """Of the catalogue's rows, all equally old."""
    if len(node.arguments) != 1 or writer.type(node.arguments[0]) != "xid":
        return None
    return "CASE WHEN", writer.write(node.arguments[0]), "IS NOT NULL THEN 1 END"
