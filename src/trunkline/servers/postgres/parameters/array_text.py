"""Arrays in text: ``{1,NULL,"a b"}``, nested for more dimensions.

https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO. Bounds (``[2:3]={...}``) are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_TOKEN = re.compile(
    r'\s*(?:(?P<mark>[{},])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>(?:[^{},"\\\s]|\\.)'
    r'(?:(?:[^{},"\\]|\\.)*(?:[^{},"\\\s]|\\.))?))\s*',
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_DEPTH = 6
Item = Callable[[str], Any]


def parsed(words: str, item: Item) -> list[Any]:
    """The items, each read by ``item``; lists of lists where there are more dimensions."""
    stack: list[list[Any]] = [[]]
    after_value, at = False, 0
    while at < len(words):
        found = _TOKEN.match(words, at)
        if not found or (len(stack) == 1 and (stack[0] or found["mark"] != "{")):
            raise ValueError("array")
        at = found.end()
        after_value = _take(found, stack, item, after_value=after_value)
    if len(stack) != 1 or not stack[0]:
        raise ValueError("array")
    made: list[Any] = stack[0][0]
    _rectangular(made)
    return made


def _take(found: re.Match[str], stack: list[list[Any]], item: Item, *, after_value: bool) -> bool:
    """Take one token; gives whether a value has just ended."""
    mark = found["mark"]
    if mark in (",", "}"):
        _check(after_value or (mark == "}" and not stack[-1]))
        if mark == ",":
            return False
        stack.pop()
        return True
    _check(not after_value)
    if mark == "{":
        _check(len(stack) <= _DEPTH)
        opened: list[Any] = []
        stack[-1].append(opened)
        stack.append(opened)
        return False
    stack[-1].append(_value(found, item))
    return True


def _check(holds: bool) -> None:
    if not holds:
        raise ValueError("array")


def _value(found: re.Match[str], item: Item) -> Any:
    bare = found["bare"]
    if bare is None:
        return item(_ESCAPED.sub(r"\1", found["quoted"]))
    return None if bare.upper() == "NULL" else item(_ESCAPED.sub(r"\1", bare))


def _rectangular(items: list[Any]) -> tuple[int, ...]:
    """The lengths of the dimensions. ValueError where they differ."""
    shapes = {_rectangular(item) if isinstance(item, list) else () for item in items}
    if len(shapes) > 1:
        raise ValueError("array")
    return len(items), *(shapes.pop() if shapes else ())
