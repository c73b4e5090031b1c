"""The two ways in which lists are paged: by number, and by a cursor in the address of the next.

By number: entities, pageNumber, pageSize, total, pageCount and addresses; a list that changes
between two pages repeats rows or skips some. By cursor: entities, nextUri, previousUri, selfUri.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import bad_request

# SDK 269: the default page size of every list.
_SIZE = 25


def _sized(context: Context, maximum: int) -> int:
    return min(context.number("pageSize", _SIZE, maximum), context.settings.list_rows)


def page(
    context: Context,
    entities: Sequence[dict[str, Any]],
    maximum: int = 500,
    window: int | None = None,
) -> Answer:
    """One page of ``entities``; a page beyond the last is empty. Default size 25 (SDK 269).

    One that reaches past a ``window`` of so many is refused.
    """
    size = _sized(context, maximum)
    number = context.number("pageNumber", 1, 1_000_000)
    if window is not None and number * size > window:
        raise bad_request(f"No page reaches past the first {window} results", "pageNumber")
    count = max(1, -(-len(entities) // size))

    def uri(at: int) -> str:
        return _uri(context, pageSize=size, pageNumber=at)

    made: dict[str, Any] = {
        "entities": list(entities[(number - 1) * size : number * size]),
        "pageSize": size,
        "pageNumber": number,
        "total": len(entities),
        "pageCount": count,
        "firstUri": uri(1),
        "lastUri": uri(count),
        "selfUri": uri(number),
    }
    if number < count:
        made["nextUri"] = uri(number + 1)
    if number > 1:
        made["previousUri"] = uri(number - 1)
    return Answer(200, made)


def _uri(context: Context, **more: object) -> str:
    """The address of a page of this list, with whatever else was asked for."""
    asked = {
        name: values
        for name, values in context.request.query.items()
        if name not in {"pageSize", "pageNumber", "after", "before"}
    }
    return f"{context.request.bare_path}?{urlencode({**more, **asked}, doseq=True)}"


def uncounted(answer: Answer) -> Answer:
    """A page without its totals, as SDK 269 QueueMemberEntityListing has none."""
    counted = {"total", "pageCount", "lastUri"}
    kept = {name: value for name, value in answer.body.items() if name not in counted}
    return Answer(answer.status, kept)


def cursor_page(
    context: Context,
    entities: Sequence[dict[str, Any]],
    key: Callable[[dict[str, Any]], tuple[str, str]],
    maximum: int = 100,
) -> Answer:
    """The page of sorted ``entities`` after or before a cursor, which names a place by its key.

    What is added or removed elsewhere in between repeats and skips nothing.
    """
    size = _sized(context, maximum)
    after, before = (_key_in(context, name) for name in ("after", "before"))
    if before is not None:
        earlier = [one for one in entities if key(one) < before]
        kept = earlier[-size:]
    else:
        kept = [one for one in entities if after is None or key(one) > after][:size]
    made: dict[str, Any] = {"entities": kept, "selfUri": _uri(context, pageSize=size)}
    if kept and key(kept[-1]) < key(entities[-1]):
        made["nextUri"] = _uri(context, pageSize=size, after=_cursor(key(kept[-1])))
    if kept and key(kept[0]) > key(entities[0]):
        made["previousUri"] = _uri(context, pageSize=size, before=_cursor(key(kept[0])))
    return Answer(200, made)


def _cursor(key: tuple[str, str]) -> str:
    return base64.urlsafe_b64encode("\n".join(key).encode()).decode()


def _key_in(context: Context, name: str) -> tuple[str, str] | None:
    text = context.request.query.get(name, [""])[-1]
    if not text:
        return None
    try:
        first, _, second = (
            base64.b64decode(text, altchars="-_", validate=True).decode().partition("\n")
        )
    except ValueError as error:
        raise bad_request(f"The cursor {name} is invalid", name) from error
    return first, second
