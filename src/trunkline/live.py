"""What a provider tells at once, without a job."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Live:
    """What a provider tells of a dataset at once, without a job, also past the watermark.

    One request brings ``page_size`` records, at the most ``window`` by paging, of intervals of up
    to ``days``, reaching ``reach_days`` back; or up to ``ids`` records by their keys. ``envelope``
    names what stands beside the records.
    """

    page_size: int = 100
    window: int = 100_000
    days: int = 7
    reach_days: int = 558
    ids: int = 100
    envelope: tuple[str, ...] = ()
