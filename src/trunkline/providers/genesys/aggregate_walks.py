"""An aggregate dataset as requests: each cursor says one of them, and what comes after it. Pure.

Why no asynchronous jobs: see design/0056.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from msgspec.structs import replace

from trunkline.catalog import Dataset
from trunkline.interval import Interval, iso
from trunkline.providers.genesys import aggregate_datasets as declared
from trunkline.providers.genesys import observation_datasets as now
from trunkline.providers.genesys import user_pages
from trunkline.providers.genesys.aggregate_pages import Reshaped, is_page, page, reshaped
from trunkline.providers.genesys.aggregate_queries import QUERIES, TOO_LARGE, Query
from trunkline.providers.genesys.aggregate_slices import Place, after, asked, first, halved, read
from trunkline.providers.genesys.payloads import Ask, Direct

DATASETS = (
    declared.QUEUE_INTERVALS,
    declared.CONVERSATION_AGGREGATES,
    declared.EVALUATION_AGGREGATES,
    declared.USER_AGGREGATES,
)
NOW = (now.QUEUE_OBSERVATIONS, now.USER_OBSERVATIONS)


def payloads(minutes: int) -> Mapping[str, Direct]:
    """How each aggregate is asked for in intervals of so many minutes, by the dataset's name.

    And what is now: to the walk, an interval that is no longer than a slice.
    """
    return {of.name: _Walk(of, QUERIES[of.name], minutes).direct for of in (*DATASETS, *NOW)}


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
            query = user_pages.query(place)
            return Ask("GET", user_pages.USER_LIST, user_pages.is_page, query=query)
        slice_ = asked(place, within, self.minutes)
        body = self.query.body(slice_, self.minutes, place.users)
        return Ask("POST", self.query.path, is_page, json=body)

    def _reshape(self, body: bytes, within: Interval, cursor: str | None) -> bytes:
        place = self._place(within, cursor)
        if self._lists(place):
            return self._page(user_pages.told(place, body))
        cut = partial(self.query.cut, at=iso(within.start)) if self.query.is_now else self.query.cut
        found = reshaped(body, cut)
        groups = 0 if self.query.is_sparse else found.groups
        then = after(place, within, self.minutes, groups) or self._others(place, within)
        return self._page(then, found)

    def _refused(self, status: int, within: Interval, cursor: str | None) -> bytes | None:
        """A page without records that leads to half of what was refused as too large.

        Or to the other end of the list of users, where it is told no further from this one.
        """
        place = self._place(within, cursor)
        if self._lists(place) and place.page > 1 and status == user_pages.BEYOND:
            return self._page(user_pages.refused(place))
        if status not in TOO_LARGE or self._lists(place) or self.query.is_now:
            return None
        smaller = halved(place, within, self.minutes)
        return self._page(smaller) if smaller else None

    def _others(self, place: Place, within: Interval) -> Place | None:
        """The next page of users, from the beginning of the interval."""
        then = user_pages.following(place)
        return replace(then, at=within.start) if then else None

    def _page(self, then: Place | None, found: Reshaped | None = None) -> bytes:
        root = self.dataset.levels[0].attribute
        return page(root, str(then) if then else None, found or Reshaped())
