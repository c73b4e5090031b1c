"""One certificate of an answer that stands on several organisations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

# What is the same for all, and what adds up; the rest is told of each organisation alone.
COMMON = ("trunkline", "statement", "time_zone", "asked_at", "snapshot")
SUMS = ("conversations", "pages", "ignored", "fractions")

Certificate = dict[str, Any]


def combined(each: Mapping[str, Certificate], *, named: bool) -> Certificate:
    """The certificate of an answer: that of the one organisation, or the sums and each below.

    ``named`` where organisations have to be told apart: the one then says which it is.
    """
    if len(each) == 1:
        ((name, only),) = each.items()
        return {"organization": name, **only} if named else only
    some = next(iter(each.values()))
    told = [certificate["watermark"] for certificate in each.values()]
    return {
        **{key: some[key] for key in COMMON},
        "complete": all(certificate["complete"] for certificate in each.values()),
        "watermark": min((text for text in told if text), default=None),
        **{key: sum(certificate[key] for certificate in each.values()) for key in SUMS},
        "requests": {
            key: sum(certificate["requests"][key] for certificate in each.values())
            for key in ("total", "repeated")
        },
        "records": _added(certificate["records"] for certificate in each.values()),
        "rows_landed": _added(certificate["rows_landed"] for certificate in each.values()),
        "quarantined": [
            f"{name}: {reason}"
            for name, certificate in each.items()
            for reason in certificate["quarantined"]
        ],
        "organizations": {
            name: {key: value for key, value in certificate.items() if key not in COMMON}
            for name, certificate in each.items()
        },
    }


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for of_one in counts:
        total.update(of_one)
    return dict(sorted(total.items()))
