"""What is held and what is under way, as the planner wants to know it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime

from trunkline.catalog import Catalog, Dataset
from trunkline.config import Settings
from trunkline.engine.connect import genesys_hosts
from trunkline.errors import ConfigError
from trunkline.flatten import Policy
from trunkline.interval import Interval
from trunkline.jobs.job import Job
from trunkline.jobs.store import JobStore
from trunkline.lake.freshness import OpenRecord, TailDay
from trunkline.lake.lake import Lake
from trunkline.planner.listed import ListHeld
from trunkline.planner.moving import StillOpen, TailHeld, Told, due
from trunkline.planner.plan import DayHeld, Holdings, Unfinished
from trunkline.scope import OPEN_AT, TAIL, WHOLE, Scope

_OF_ALL = "conversation_details"  # that of days which were held before there were others
_NEVER = datetime.min.replace(tzinfo=UTC)


def fingerprint(
    api_url: str, client_id: str, dataset: Dataset, policy: str, minutes: int = 0
) -> str:
    """Who fetches, and how it is mapped and masked: all of it that is known without a request.

    In parts, so that two can be compared: see ``planner.stale``. ``policy`` is the fingerprint of
    the masking policy over the tables of the dataset; ``minutes`` is how long the intervals are
    that a direct dataset is asked for in. The first part is one and the same for all datasets:
    publishing knows by it whose days there are.
    """
    who = "\n".join((api_url, client_id, _OF_ALL))
    intervals = f"m{minutes}" if dataset.is_direct else ""
    return f"{_short(who)}-{dataset.mapping_version}{intervals}-{_short(policy)}"


def fingerprints_of(settings: Settings, own: Catalog, policy: Policy) -> dict[str, str]:
    """Of who fetches each dataset and what becomes of it; without a client, of nothing special."""
    genesys, where = settings.genesys, ""
    with suppress(ConfigError):  # which is told where anything is to be asked
        where = genesys_hosts(genesys).api if genesys.configured else ""
    return {
        of.name: fingerprint(
            where, genesys.client_id, of, policy.fingerprint(own.of(of)), settings.aggregate_minutes
        )
        for of in own.datasets
    }


def with_rights(fingerprint: str, divisions: tuple[str, ...] | None) -> str:
    """The fingerprint of days fetched under some divisions: other rights, and they are stale."""
    told = "not told" if divisions is None else "\n".join(sorted(divisions))
    return f"{fingerprint}-{_short(told)}"


def last_known(
    lake: Lake, store: JobStore, organization: str, fingerprints: Mapping[str, str]
) -> dict[str, str]:
    """The fingerprints with the rights that this client had when it last fetched each dataset."""
    begun = store.unfinished(organization)
    return {
        name: _last_known(lake, begun, organization, name, fingerprint)
        for name, fingerprint in fingerprints.items()
    }


def _last_known(
    lake: Lake, unfinished: Iterable[Job], organization: str, dataset: str, fingerprint: str
) -> str:
    begun = [(job.submitted_at, job.fingerprint) for job in unfinished if job.dataset == dataset]
    newest = lake.catalogue.newest_fetch(organization, dataset)
    # A job of other rights may lie unfinished for ever: what was fetched since knows better.
    known = [(at or _NEVER, found) for at, found in (*([newest] if newest else ()), *begun)]
    latest = sorted(known, key=lambda each: each[0], reverse=True)
    return next((found for _, found in latest if found.startswith(fingerprint)), fingerprint)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def holdings(
    lake: Lake,
    store: JobStore,
    organization: str,
    fingerprints: Mapping[str, str],
    snapshot: int | None = None,
) -> Holdings:
    """The days of a snapshot, the newest unless named, and the jobs that can be gone on with."""
    days: dict[Scope, dict[str, dict[date, DayHeld]]] = {}
    for held in lake.scoped(organization, snapshot):
        of_dataset = days.setdefault(held.scope, {}).setdefault(held.dataset, {})
        of_dataset[held.day] = DayHeld(
            held.fetched_at, held.watermark, held.fingerprint, held.conversations
        )
    fresh = lake.catalogue.fresh
    told = fresh.told(organization).items()
    return Holdings(
        days=days.get(WHOLE, {}),
        open_at=days.get(OPEN_AT, {}),
        filtered={scope: of for scope, of in days.items() if scope.predicates},
        unfinished=tuple(
            Unfinished(
                job.key,
                job.dataset,
                job.interval,
                job.days,
                job.state.value,
                job.scope,
                job.submitted_at,
            )
            for job in store.unfinished(organization)
            if job.fingerprint == fingerprints.get(job.dataset)
        ),
        told={name: Told(each.watermark, each.told_at) for name, each in told},
        tails=_tails(fresh.tails(organization, lake.catalogue.latest())),
        open=_open(fresh.open_records(organization)),
        lists={
            name: ListHeld(
                each.refreshed_at, each.fingerprint, each.requests, each.rows, each.items
            )
            for name, each in lake.catalogue.lists.of(
                organization, lake.catalogue.latest() if snapshot is None else snapshot
            ).items()
        },
    )


def _tails(held: Iterable[TailDay]) -> dict[str, dict[date, TailHeld]]:
    tails: dict[str, dict[date, TailHeld]] = {}
    for day in held:
        interval = Interval(day.start, day.end)
        tails.setdefault(day.dataset, {})[day.day] = TailHeld(
            interval, day.asked_at, day.fingerprint
        )
    return tails


def _open(records: Iterable[OpenRecord]) -> dict[str, tuple[StillOpen, ...]]:
    found: dict[str, list[StillOpen]] = {}
    for record in records:
        still = StillOpen(
            record.key, record.start, due(record.since, record.asked), record.scope == TAIL
        )
        found.setdefault(record.dataset, []).append(still)
    return {name: tuple(of_dataset) for name, of_dataset in found.items()}
