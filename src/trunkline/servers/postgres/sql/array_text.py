"""Arrays as text: ``'{a,b}'``, one dimension of them.

https://www.postgresql.org/docs/15/arrays.html#ARRAYS-INPUT.
"""

from __future__ import annotations

from trunkline.servers.postgres.sql.refusal import refused_at


def items_of(text: str, place: int) -> list[str | None] | None:
    """The items of an array's text, None for NULL; None for one of several dimensions."""
    body = text.strip()
    if not (body.startswith("{") and body.endswith("}")):
        raise refused_at("22P02", f'malformed array literal: "{text}"', place)
    body = body[1:-1]
    if not body.strip():
        return []
    if body.lstrip().startswith("{"):
        return None
    found: list[str | None] = []
    at = 0
    while True:
        item, at = _item(body, at, text, place)
        found.append(item)
        if at >= len(body):
            return found
        at += 1


def _item(body: str, at: int, text: str, place: int) -> tuple[str | None, int]:
    while at < len(body) and body[at].isspace():
        at += 1
    value: list[str] = []
    was_quoted = False
    while at < len(body) and body[at] != ",":
        if body[at] == '"':
            was_quoted = True
            piece, at = _quoted(body, at, text, place)
            value.append(piece)
            continue
        if body[at] == "\\":
            at += 1
        value.append(body[at : at + 1])
        at += 1
    joined = "".join(value) if was_quoted else "".join(value).strip()
    if not joined and not was_quoted:
        raise refused_at("22P02", f'malformed array literal: "{text}"', place)
    return (None if joined.upper() == "NULL" and not was_quoted else joined), at


def _quoted(body: str, at: int, text: str, place: int) -> tuple[str, int]:
    value: list[str] = []
    at += 1
    while at < len(body) and body[at] != '"':
        if body[at] == "\\":
            at += 1
        value.append(body[at : at + 1])
        at += 1
    if at >= len(body):
        raise refused_at("22P02", f'malformed array literal: "{text}"', place)
    return "".join(value), at + 1
