"""How a provider tells a whole list that has no time: users, queues, wrap-up codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Paging(Enum):
    """How the pages of a list follow one another."""

    NUMBERED = "numbered"  # pageNumber and pageSize; pageCount, total or nextUri say how far
    CURSOR = "cursor"  # pageSize and after; the answer's nextUri has the next one
    WHOLE = "whole"  # one answer has all
    ONE = "one"  # the answer is the one item itself


@dataclass(frozen=True, slots=True)
class Parent:
    """A list of which there is one for each item of another: the members of each queue.

    The path's ``{attribute}`` is an item's key in that other list, and the items get it as the
    attribute of that name. ``key`` is the attribute that they get beside it: both ids, joined by a
    colon.
    """

    attribute: str
    key: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The requests of a dataset that is told as a whole list.

    ``query`` stands in every request. ``objects`` are attributes of an item that hold objects by
    names that are the vendor's values (mediaSettings by media type): each becomes a list whose
    elements have the name as the attribute given here. ``gone`` is a column, with its values in
    items that are told although they are deleted. ``variants`` is a parameter whose every value has
    a list of its own; the whole is what all of them tell.

    A list may be told only as far as a ``window`` of so many items. One that has more is asked for
    in its ``parts``, the values of a parameter, and each of those from its end besides, which
    ``reverse`` does, a parameter and its value.
    """

    path: str
    paging: Paging
    page_size: int = 100
    query: tuple[tuple[str, str], ...] = ()
    parent: Parent | None = None
    objects: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, frozenset[str]] | None = None
    variants: tuple[str, tuple[str, ...]] | None = None
    window: int | None = None
    parts: tuple[str, tuple[str, ...]] | None = None
    reverse: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What can only be asked about so many items of a list at once; its pages have as many."""

    listed: str
    at_once: int


# What the reader of a list adds to each item: when it was told.
REFRESHED = "refreshedAt"
