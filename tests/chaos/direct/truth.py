"""What is true of aggregates and lists by the simulator's own account, as of any instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from tests.chaos.direct.hearing import Divisions, Slice
from tests.chaos.truth import kind
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.intervals import expected_aggregates, expected_intervals
from trunkline_simulator.roster import entities
from trunkline_simulator.settings import Settings as Provider
from trunkline_simulator.settings import Shape
from trunkline_simulator.truth_lists import expected_list
from trunkline_simulator.user_intervals import expected_user_intervals

Row = dict[str, Any]
Plain = tuple[tuple[str, Any], ...]
Place = tuple[str, datetime]
"""Of whom, where that is one user, and when an interval begins."""

TRUTHS: dict[str, Callable[..., list[Row]]] = {
    "queue_intervals": expected_intervals,
    "conversation_aggregates": expected_aggregates,
    "user_aggregates": expected_user_intervals,
}


def whose(row: Mapping[str, Any], dataset: str) -> Place:
    """Where a row stands."""
    user = row["user_id"] if dataset == "user_aggregates" else ""
    return user, row["interval_start"]


def told_by(
    provider: Provider, one: Slice, day: date, names: tuple[str, ...]
) -> dict[Place, Counter[Plain]]:
    """The rows of a UTC day that an answer of aggregates had, of the columns named."""
    return _told_by(_kind(provider), replace(one, refused=False), day, names)


@lru_cache(maxsize=600)
def _told_by(
    provider: Provider, one: Slice, day: date, names: tuple[str, ...]
) -> dict[Place, Counter[Plain]]:
    ids = _ids(provider.shape, one.divisions)
    found: dict[Place, Counter[Plain]] = {}
    for row in TRUTHS[one.dataset](provider, day, day, one.at, one.minutes, ids):
        inside = one.interval.start <= row["interval_start"] < one.interval.end
        if inside and (not one.users or row["user_id"] in one.users):
            found.setdefault(whose(row, one.dataset), Counter())[plain(row, names)] += 1
    return found


def plain(row: Mapping[str, Any], names: Iterable[str] | None = None) -> Plain:
    """A row as a value, of the columns named."""
    return tuple(sorted((name, row[name]) for name in (row if names is None else names)))


def columns(provider: Provider, dataset: str) -> tuple[str, ...]:
    """The columns that the truth lists."""
    return _columns(_kind(provider).shape, dataset)


@lru_cache(maxsize=64)
def _columns(shape: Shape, dataset: str) -> tuple[str, ...]:
    calm, day = Provider(shape=shape), date(2025, 3, 3)
    at = datetime.fromisoformat("2025-03-09T00:00:00Z")
    return tuple(TRUTHS[dataset](calm, day, day, at, 60, _ids(shape, None))[0])


def everybody(provider: Provider, at: datetime) -> frozenset[str]:
    """The ids of all users that there are at an instant; none ever leaves their list."""
    return frozenset(one["id"] for one in entities(provider, "users", at))


def listed(provider: Provider, table: str, at: datetime, names: Divisions) -> list[Row]:
    """The rows of a list at an instant."""
    return expected_list(provider, table, at, divisions=_ids(provider.shape, names))


def _ids(shape: Shape, names: Divisions) -> frozenset[str]:
    every = organisation_of(shape).divisions
    return frozenset(one.id for one in every if names is None or one.name in names)


def _kind(provider: Provider) -> Provider:
    return replace(kind(provider), changes=provider.changes, service_level=provider.service_level)
