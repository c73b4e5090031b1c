"""Small JSON answers as typed values; unknown fields are ignored, required ones must be there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from trunkline.errors import MalformedAnswer

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no value of the type: RecursionError for deep ones."""


def decode(body: bytes, type_: type[T], what: str) -> T:
    """The body as a value of ``type_``; ``what`` names the answer in the error.

    Declare no enums in ``type_``: msgspec's message for a wrong one quotes the value; all its other
    messages name only the place.
    """
    try:
        return msgspec.json.decode(body, type=type_)
    except UNREADABLE as error:
        raise MalformedAnswer(
            f"{what}: the answer is not what is documented: {error}",
            hint="A proxy or a wrong host may have answered; else the API has changed.",
        ) from None


def instant(text: str, what: str) -> datetime:
    """An ISO 8601 instant as UTC, with or without fractions of a second; UTC where it has no zone.

    Genesys writes both ``2024-04-29T04:10:03Z`` and milliseconds.
    """
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise MalformedAnswer(f"{what}: not an ISO 8601 instant") from None
