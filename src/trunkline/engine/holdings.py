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
    """Under what a day was fetched: host, client, mapping and masking. Another one is stale."""
    parts = (api_url, client_id, dataset.name, str(dataset.mapping_version), MASKING_POLICY)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def holdings(lake: Lake, store: JobStore, organization: str, fingerprint: str) -> Holdings:
    """The days of the newest snapshot, and the jobs that can be gone on with."""
    days: dict[str, dict[date, DayHeld]] = {}
    for held in lake.coverage(organization):
        days.setdefault(held.dataset, {})[held.day] = DayHeld(
            held.fetched_at, held.watermark, held.fingerprint, held.conversations
        )
    return Holdings(
        days=days,
        unfinished=tuple(
            Unfinished(job.key, job.dataset, job.interval, job.days, job.state.value)
            for job in store.unfinished(organization)
            if job.fingerprint == fingerprint
        ),
    )
