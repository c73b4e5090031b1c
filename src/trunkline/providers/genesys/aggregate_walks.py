"""An aggregate dataset as requests: each cursor says one of them, and what comes after it. Pure.

Why no asynchronous jobs: see design/0056.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from trunkline.catalog import Dataset
from trunkline.errors import CursorLost
from trunkline.interval import Interval
from trunkline.providers.genesys import aggregate_datasets as declared
from trunkline.providers.genesys.aggregate_pages import Reshaped, is_page, page, reshaped
from trunkline.providers.genesys.aggregate_queries import (
    QUERIES,
    TOO_LARGE,
    USER_LIST,
    Query,
    is_user_page,
    read_users,
    user_page,
)
from trunkline.providers.genesys.aggregate_slices import Place, after, asked, first, halved, read
from trunkline.providers.genesys.payloads import Ask, Direct

DATASETS = (
    declared.QUEUE_INTERVALS,
    declared.CONVERSATION_AGGREGATES,
    declared.USER_AGGREGATES,
)


def payloads(minutes: int) -> Mapping[str, Direct]:
    """How each aggregate is asked for in intervals of so many minutes, by the dataset's name."""
    return {of.name: _Walk(of, QUERIES[of.name], minutes).direct for of in DATASETS}


@dataclass(frozen=True, slots=True)
class _Walk:
    """One dataset: its slices, and before those of each hundred users the page that lists them."""

    dataset: Dataset
    query: Query
    minutes: int

    @property
    def direct(self) -> Direct:
        return Direct(self._ask, self._reshape, self._refused)

    def _place(self, within: Interval, cursor: str | None) -> Place:
        slice_ = self.dataset.slice or timedelta(minutes=self.minutes)
        return read(cursor) if cursor else first(within, slice_, self.minutes)

    def _lists(self, place: Place) -> bool:
        """Whether users are asked for, and not what they did."""
        return self.query.of_users and not place.users

    def _ask(self, within: Interval, cursor: str | None) -> Ask:
        place = self._place(within, cursor)
        if self._lists(place):
            return Ask("GET", USER_LIST, is_user_page, query=user_page(place.page))
        slice_ = asked(place, within, self.minutes)
        body = self.query.body(slice_, self.minutes, place.users)
        return Ask("POST", self.query.path, is_page, json=body)

    def _reshape(self, body: bytes, within: Interval, cursor: str | None) -> bytes:
        place = self._place(within, cursor)
        if self._lists(place):
            return self._page(_listed(place, body))
        found = reshaped(body, self.query.cut)
        then = after(place, within, self.minutes, found.groups) or self._others(place, within)
        return self._page(then, found)

    def _refused(self, status: int, within: Interval, cursor: str | None) -> bytes | None:
        """A page without records that leads to half of what was refused as too large."""
        place = self._place(within, cursor)
        if status not in TOO_LARGE or self._lists(place):
            return None
        smaller = halved(place, within, self.minutes)
        return self._page(smaller) if smaller else None

    def _others(self, place: Place, within: Interval) -> Place | None:
        """The next page of users, from the beginning of the interval."""
        if place.page >= place.pages:
            return None
        return replace(place, at=within.start, page=place.page + 1, users=())

    def _page(self, then: Place | None, found: Reshaped | None = None) -> bytes:
        root = self.dataset.levels[0].attribute
        return page(root, str(then) if then else None, found or Reshaped())


def _listed(place: Place, body: bytes) -> Place | None:
    """Where the users of a page are asked for; behind an empty one that is the next page.

    CursorLost where there are fewer than there were: somebody of a later page may by now stand on
    one that was read. Whoever is new only pushes others back, who then come twice, which is once.
    """
    users, pages, total = read_users(body)
    if total < place.total:
        raise CursorLost("the list of users got shorter while it was read")
    read = replace(place, pages=pages, total=total)
    if users:
        return replace(read, users=users)
    return replace(read, page=place.page + 1) if place.page < pages else None
