"""An aggregate dataset as requests: each cursor says one of them, and what comes after it. Pure.

Why no asynchronous jobs: see design/0056.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from msgspec import structs

from trunkline.catalog import Dataset
from trunkline.interval import Interval, iso
from trunkline.providers.genesys import aggregate_datasets as declared
from trunkline.providers.genesys import observation_datasets as now
from trunkline.providers.genesys.aggregate_datasets import ABOUT_USERS
from trunkline.providers.genesys.aggregate_pages import Reshaped, is_page, page, reshaped
from trunkline.providers.genesys.aggregate_queries import (
    QUERIES,
    TOO_LARGE,
    Query,
)
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
    """One dataset: its slices; where it is of users, those of each hundred of ``users``."""

    dataset: Dataset
    query: Query
    minutes: int
    users: tuple[str, ...] = ()

    @property
    def direct(self) -> Direct:
        return Direct(
            self._ask,
            self._reshape,
            self._refused,
            among=self._among if self.query.of_users else None,
            nobody=None if self.users else self._page(None),
        )

    def _among(self, users: tuple[str, ...]) -> Direct:
        return replace(self, users=users).direct

    def _place(self, within: Interval, cursor: str | None) -> Place:
        if cursor:
            return read(cursor)
        slice_ = self.dataset.slice or timedelta(minutes=self.minutes)
        begun = first(within, slice_, self.minutes)
        return structs.replace(begun, users=self.users[: ABOUT_USERS.at_once])

    def _ask(self, within: Interval, cursor: str | None) -> Ask:
        place = self._place(within, cursor)
        slice_ = asked(place, within, self.minutes)
        body = self.query.body(slice_, self.minutes, place.users)
        return Ask("POST", self.query.path, is_page, json=body)

    def _reshape(self, body: bytes, within: Interval, cursor: str | None) -> bytes:
        place = self._place(within, cursor)
        cut = partial(self.query.cut, at=iso(within.start)) if self.query.is_now else self.query.cut
        found = reshaped(body, cut)
        groups = 0 if self.query.is_sparse else found.groups
        then = after(place, within, self.minutes, groups) or self._others(place, within)
        return self._page(then, found)

    def _refused(self, status: int, within: Interval, cursor: str | None) -> bytes | None:
        """A page without records that leads to half of what was refused as too large."""
        if status not in TOO_LARGE or self.query.is_now:
            return None
        smaller = halved(self._place(within, cursor), within, self.minutes)
        return self._page(smaller) if smaller else None

    def _others(self, place: Place, within: Interval) -> Place | None:
        """The next hundred users, from the beginning of the interval."""
        if not place.users:
            return None
        behind = bisect_right(self.users, place.users[-1])
        users = self.users[behind : behind + ABOUT_USERS.at_once]
        return structs.replace(place, at=within.start, users=users) if users else None

    def _page(self, then: Place | None, found: Reshaped | None = None) -> bytes:
        root = self.dataset.levels[0].attribute
        return page(root, str(then) if then else None, found or Reshaped())
