"""Values of parameters, as clients send them in text or binary, as values of Python.

An error names the parameter by its number and its type, never by its value, which may be a phone
number.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from trunkline.servers.postgres.parameters import binary, text
from trunkline.servers.postgres.parameters.values import Infinite, Interval
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.types import PgType

__all__ = ["Infinite", "Interval", "decoded"]

_UTC = ZoneInfo("UTC")


def decoded(
    value: bytes | None, type_: PgType, wire_format: int, number: int, zone: ZoneInfo = _UTC
) -> Any:
    """The value of a parameter; ``number`` counts from 1, ``zone`` is that of instants without one.

    Numbers are int, float or Decimal; instants are aware datetimes in UTC. Refused: 22P02 or 22P03
    for what does not read as its type, 22003 and 22008 for what is out of range (of Python's dates,
    too), 22021 for bytes that are not UTF-8.
    """
    if value is None:
        return None
    name = f"parameter ${number} of type {type_.name}"
    try:
        return binary.read(value, type_) if wire_format else text.read(value, type_, zone)
    except UnicodeDecodeError:
        raise refused("22021", f"invalid byte sequence for encoding UTF8 in {name}") from None
    except OverflowError as error:
        raise refused(str(error), f"{name} is out of range") from None
    except ValueError:
        if wire_format:
            raise refused("22P03", f"incorrect binary data format in {name}") from None
        raise refused("22P02", f"invalid input syntax for {name}") from None
