"""What is held and what is under way, as the planner wants to know it."""

from __future__ import annotations

import hashlib
from datetime import date

from trunkline.catalog import Dataset
from trunkline.jobs.store import JobStore
from trunkline.lake.lake import Lake
from trunkline.planner.plan import DayHeld, Holdings, Unfinished

MASKING_POLICY = "default-1"


def fingerprint(api_url: str, client_id: str, dataset: Dataset) -> str:
    """Who fetches, and how it is mapped and masked: all of it that is known without a request."""
    parts = (api_url, client_id, dataset.name, str(dataset.mapping_version), MASKING_POLICY)
    return _short("\n".join(parts))


def with_rights(fingerprint: str, divisions: tuple[str, ...] | None) -> str:
    """The fingerprint of days fetched under some divisions: other rights, and they are stale."""
    told = "not told" if divisions is None else "\n".join(sorted(divisions))
    return f"{fingerprint}-{_short(told)}"


def last_known(lake: Lake, store: JobStore, organization: str, fingerprint: str) -> str:
    """The fingerprint with the rights that this client had when it last fetched."""
    begun = [job.fingerprint for job in store.unfinished(organization)]
    newest = lake.catalogue.newest_fingerprint(organization)
    known = (found for found in (*reversed(begun), newest) if found)
    return next((found for found in known if found.startswith(fingerprint)), fingerprint)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def holdings(
    lake: Lake, store: JobStore, organization: str, fingerprint: str, snapshot: int | None = None
) -> Holdings:
    """The days of a snapshot, the newest unless named, and the jobs that can be gone on with."""
    days: dict[str, dict[date, DayHeld]] = {}
    for held in lake.coverage(organization, snapshot):
        days.setdefault(held.dataset, {})[held.day] = DayHeld(
            held.fetched_at, held.watermark, held.fingerprint, held.conversations
        )
    return Holdings(
        days=days,
        unfinished=tuple(
            Unfinished(job.key, job.dataset, job.interval, job.days, job.state.value, job.scope)
            for job in store.unfinished(organization)
            if job.fingerprint == fingerprint
        ),
    )
