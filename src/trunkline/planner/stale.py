"""Why a day that is held is stale: what differs between two fingerprints."""

from __future__ import annotations

# The parts of a fingerprint, in their order; the last is not known before the first fetch.
_PARTS = (
    "for another host or client",
    "under another mapping",
    "under another masking policy, token key or phone region",
)
_RIGHTS = "under other rights"
_UNTOLD = "under other rights, masking or mapping"


def why(held: str, today: str) -> str:
    """In which parts two fingerprints differ, as words; parts are joined by hyphens."""
    parts = list(zip((*_PARTS, _RIGHTS), held.split("-"), today.split("-"), strict=False))
    if len(parts) < len(_PARTS):
        return _UNTOLD
    return " and ".join(words for words, before, now in parts if before != now) or _UNTOLD
