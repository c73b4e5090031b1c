"""What pages held that no declaration has, by name: bounded, since names are the provider's.

The flattener counts by one text a name: ``session.newAttribute``, ``metric:tNew``,
``repeated:session.sessionId``. A name that does not look like one is ``(not a name)`` there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

Counts = tuple[tuple[str, int], ...]

MOST = 200  # names of one page; where the vendor made a map of values, the rest is counted as one
OTHERS = "(other names)"
REPEATED = "repeated:"
METRIC = "metric:"


def bounded(counts: Mapping[str, int]) -> Counts:
    """The commonest names of a page in their order, and all others together."""
    if len(counts) <= MOST:
        return tuple(sorted(counts.items()))
    by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    others = sum(count for _, count in by_count[MOST:])
    return (*sorted(by_count[:MOST]), (OTHERS, others))


def kind_of(counted: str) -> tuple[str, str]:
    """What a count is of, and the path of the attribute or the name of the metric."""
    if counted.startswith(METRIC):
        return "metric", counted.removeprefix(METRIC)
    if counted.startswith(REPEATED):
        return "repeated id", counted.removeprefix(REPEATED)
    return "attribute", counted


def unknown_of(pages: Iterable[Counts]) -> dict[str, dict[str, int]]:
    """The two entries of a certificate: what is unknown, and which ids stood more than once."""
    total: Counter[str] = Counter()
    for of_page in pages:
        total.update(dict(of_page))
    again = {name: n for name, n in total.items() if name.startswith(REPEATED)}
    return {
        "unknown": {name: n for name, n in sorted(total.items()) if name not in again},
        "repeated_ids": {kind_of(name)[1]: n for name, n in sorted(again.items())},
    }
