"""Why a day that is held is stale: what differs between two fingerprints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trunkline.interval import runs
from trunkline.planner.plan import Need

# The parts of a fingerprint, in their order; the last is not known before the first fetch.
_PARTS = (
    "for another host or client",
    "under another mapping",
    "under another masking policy, token key or phone region",
)
_RIGHTS = "under other rights"
# What stands behind the number of a mapping, where intervals have a length.
_MINUTES = "in intervals of another length (aggregate_minutes)"
_UNTOLD = "under other rights, masking or mapping"


def why(held: str, today: str) -> str:
    """In which parts two fingerprints differ, as words; parts are joined by hyphens."""
    parts = list(zip((*_PARTS, _RIGHTS), held.split("-"), today.split("-"), strict=False))
    if len(parts) < len(_PARTS):
        return _UNTOLD
    differ = (_words(*part) for part in parts if part[1] != part[2])
    return " and ".join(differ) or _UNTOLD


def _words(words: str, before: str, now: str) -> str:
    mapping, has_minutes, _ = before.partition("m")
    is_one = words == _PARTS[1] and has_minutes and mapping == now.partition("m")[0]
    return _MINUTES if is_one else words


def without_rights(fingerprint: str) -> str:
    """What a whole list is held under: other rights show other rows, and do not make it stale."""
    return "-".join(fingerprint.split("-")[: len(_PARTS)])


def stale_notices(needs: Iterable[Need], *, has_client: bool) -> Iterator[str]:
    """What has to be said where days are read as they are held, though no longer as they would be.

    A token of a number, for one, is no longer found in them once the key is another. Of the days of
    another client only to who has one: whoever only reads needs no credentials.
    """
    for need in needs:
        for words in sorted(w for w in set(need.why.values()) if has_client or _PARTS[0] not in w):
            days = runs(day for day, found in need.why.items() if found == words)
            spans = ", ".join(map(str, days))
            yield f"{need.dataset.name}: held {words} than today's: {spans}"
