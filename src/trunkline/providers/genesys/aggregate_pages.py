"""Answers of aggregate queries as flat records: bytes to bytes. Pure.

The vendor nests the statistics of each metric below the intervals of each group; a record is what
it says of one group in one interval (``aggregate_records``). Sums and counts come as floating-point
numbers that are whole (``1234.0``) and are written as whole numbers. What is none stays as it came,
so that the flattener judges it, and what nobody declared stays, so that it is counted.

Source: SDK 269, ConversationAggregateQueryResponse, UserAggregateQueryResponse and the models below
them. A metric, or an attribute of a group, that had no event is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from trunkline.errors import MalformedAnswer
from trunkline.flatten import names, plain
from trunkline.http.answers import UNREADABLE
from trunkline.providers.genesys.aggregate_records import number

Cut = Callable[[Any], Iterator[Any]]

# What may stand beside the results, and is known from elsewhere (presence definitions).
_BESIDE = frozenset({"systemToOrganizationMappings"})

_decoder = msgspec.json.Decoder(float_hook=number)
_encoder = msgspec.json.Encoder(decimal_format="number")
_WHAT = "an answer of aggregates"


@dataclass(frozen=True, slots=True)
class Reshaped:
    """The records of an answer, encoded, how many groups it had, and what else stood in it."""

    records: bytes = b""
    groups: int = 0
    strangers: Mapping[str, None] = field(default_factory=dict)


def is_page(body: bytes) -> bool:
    """Whether a body is an answer of an aggregate query.

    ``{}`` is one: where nothing happened there may be no ``results``.
    """
    try:
        page = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return False
    if "results" not in page:
        return page.keys() <= _BESIDE
    return bytes(page["results"]).startswith((b"[", b"null"))


def reshaped(body: bytes, cut: Cut) -> Reshaped:
    """An answer as flat records, by ``cut``: a group to its records. MalformedAnswer for another.

    One group at a time, lest the whole of an answer stand in memory as values of Python.
    """
    try:
        page = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        results = bytes(page.get("results", b"[]"))
        groups = msgspec.json.decode(results, type=list[msgspec.Raw] | None) or []
        read = [_read(group, cut) for group in groups]
    except UNREADABLE:
        raise MalformedAnswer(f"{_WHAT} is not what is documented") from None
    beside = [bytes(value) for name, value in page.items() if name != "results"]
    _require_once(results, b",".join(group for _, group in read))
    _require_once(body, b",".join((results, *beside)), len(page))
    strangers = dict.fromkeys(page.keys() - {"results"} - _BESIDE)
    records = b",".join(records for records, _ in read if records)
    return Reshaped(records, len(groups), strangers)


def page(root: str, cursor: str | None, found: Reshaped) -> bytes:
    """A page as the flattener reads it: the records, what else the answer had, and our cursor."""
    beside = {**found.strangers, **({} if cursor is None else {"cursor": cursor})}
    tail = _encoder.encode(beside)[1:]
    comma = b"," if beside else b""
    return b'{"%s":[%s]%s%s' % (root.encode(), found.records, comma, tail)


def _read(group: msgspec.Raw, cut: Cut) -> tuple[bytes, bytes]:
    """The records of one group, one behind the other, and what was read of the group."""
    decoded = _decoder.decode(group)
    kept = _encoder.encode(decoded)
    return _encoder.encode(list(cut(decoded)))[1:-1], kept


def _require_once(text: bytes, read: bytes, named: int = 0) -> None:
    """MalformedAnswer where a name stands twice in an object: one value would hide the other."""
    is_whole = names.standing(text) == named + names.standing(read)
    if not is_whole and _is_torn(plain.decode(b'{"it":%s}' % text)):
        raise MalformedAnswer(f"{_WHAT} has a name more than once in an object")


def _is_torn(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(plain.again(value)) or any(map(_is_torn, value.values()))
    return isinstance(value, list) and any(map(_is_torn, value))
