"""The page envelope of reference lists: entities, pageNumber, pageSize, total, pageCount, URIs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trunkline_simulator.api.context import Answer, Context


def page(context: Context, entities: Sequence[dict[str, Any]], maximum: int = 500) -> Answer:
    """One page of ``entities``; a page beyond the last is empty. Default size 25 (SDK 269)."""
    size = context.number("pageSize", 25, maximum)
    number = context.number("pageNumber", 1, 1_000_000)
    count = max(1, -(-len(entities) // size))
    path = context.request.bare_path

    def uri(at: int) -> str:
        return f"{path}?pageSize={size}&pageNumber={at}"

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
