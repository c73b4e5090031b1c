"""Pages that are made anew before they are landed: read without a loss, and written again."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from trunkline.errors import MalformedAnswer
from trunkline.flatten import names, plain
from trunkline.http.answers import UNREADABLE


def decoded(body: bytes, what: str) -> dict[str, Any]:
    """A page as plain Python; MalformedAnswer, which names ``what`` answered, where it is none.

    Objects below its root in which a name stands twice are ``plain.Torn``.
    """
    page = _fast(body)
    if page is None:
        page = plain.decode(body)
    if not isinstance(page, dict) or plain.again(page):
        raise MalformedAnswer(f"{what}: the answer is no object, or names something twice")
    return page


def _fast(body: bytes) -> Any:
    """None where that may have lost something on the way, such as a name that stands twice."""
    try:
        page = msgspec.json.decode(body)
        is_whole = names.standing(body) == names.standing(msgspec.json.encode(page))
    except UNREADABLE:
        return None
    return page if is_whole else None


def encoded(page: dict[str, Any]) -> bytes:
    """The page as JSON; a fraction of what is not landed may lose its form."""
    try:
        return msgspec.json.encode(page)
    except (TypeError, UnicodeEncodeError):
        return json.dumps(page, default=str, separators=(",", ":")).encode()


def rows_of(page: dict[str, Any], root: str, what: str) -> list[Any]:
    """The rows of a page, none where the attribute is missing; MalformedAnswer for no list."""
    rows = page.get(root)
    if not isinstance(rows, list | None):
        raise MalformedAnswer(f"{what}: {root} is no list")
    return rows or []
