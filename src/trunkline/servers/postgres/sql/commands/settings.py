"""SET, SHOW, RESET and DISCARD: https://www.postgresql.org/docs/15/sql-set.html."""

from __future__ import annotations

from decimal import Decimal

from trunkline.servers.postgres.sql.commands.transactions import modes
from trunkline.servers.postgres.sql.commands.values import (
    Discard,
    Ignored,
    Reset,
    SetTo,
    SetTransaction,
    Show,
)
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.refusal import refused_at
from trunkline.servers.postgres.sql.rules.intervals import parts_of
from trunkline.servers.postgres.sql.tokens import Kind


def set_to(reader: Reader) -> SetTo | SetTransaction | Ignored:
    """Behind SET."""
    if reader.take("constraints"):
        reader.rest()
        return Ignored("SET CONSTRAINTS")
    if reader.take("session", "characteristics", "as", "transaction"):
        return SetTransaction(modes(reader), session=True)
    if reader.take("transaction"):
        if reader.take("snapshot"):
            reader.rest()
        return SetTransaction(modes(reader))
    local = reader.take_one("session", "local") == "local"
    if reader.sees("authorization"):
        reader.expect("authorization")
        return _value(reader, "session_authorization", local=local)
    return _named(reader, local=local)


def _named(reader: Reader, *, local: bool) -> SetTo:
    if reader.take("time", "zone"):
        return _zone(reader, local=local)
    if reader.take("names"):
        return _value(reader, "client_encoding", local=local)
    if reader.take("schema"):
        return _value(reader, "search_path", local=local)
    if reader.sees("role") and not reader.ahead(1).is_("to", "="):
        reader.expect("role")
        return _value(reader, "role", local=local)
    name = ".".join(reader.names())
    if not reader.take_one("to", "="):
        raise reader.error()
    return _value(reader, name, local=local)


def _zone(reader: Reader, *, local: bool) -> SetTo:
    if reader.take("local"):
        reader.finish()
        return SetTo("timezone", None, local)
    if reader.take("interval"):
        place, value = reader.token.start, reader.next().value
        reader.rest() if not reader.ended else None
        return SetTo("timezone", _hours(value, place), local)
    return _value(reader, "timezone", local=local)


def _hours(text: str, place: int) -> str:
    """An interval east of UTC as hours."""
    found = parts_of(text, place)
    if found.months or found.days:
        raise refused_at("22023", "cannot specify months or days in time zone interval", place)
    return format(Decimal(found.microseconds) / 3_600_000_000, "f")


def _value(reader: Reader, name: str, *, local: bool) -> SetTo:
    if reader.take("default") or reader.ended:
        reader.finish()
        return SetTo(name, None, local)
    values = [_one(reader)]
    while reader.take(","):
        values.append(_one(reader))
    reader.finish()
    return SetTo(name, ", ".join(values), local)


def _one(reader: Reader) -> str:
    sign = reader.take_one("-", "+").replace("+", "")
    token = reader.token
    if token.kind in (Kind.PUNCTUATION, Kind.OPERATOR, Kind.PARAMETER):
        raise reader.error()
    return sign + reader.next().value


def show(reader: Reader) -> Show:
    """Behind SHOW."""
    return Show(_setting(reader))


def reset(reader: Reader) -> Reset:
    """Behind RESET."""
    return Reset(_setting(reader))


def _setting(reader: Reader) -> str:
    if reader.take("time", "zone"):
        name = "timezone"
    elif reader.take("transaction", "isolation", "level"):
        name = "transaction_isolation"
    elif reader.take("session", "authorization"):
        name = "session_authorization"
    else:
        name = ".".join(reader.names())
    reader.finish()
    return name


def discard(reader: Reader) -> Discard:
    """Behind DISCARD."""
    what = reader.take_one("all", "plans", "sequences", "temp", "temporary")
    if not what:
        raise reader.error()
    reader.finish()
    return Discard("temp" if what == "temporary" else what)
