"""What an answer reads of the lake: the days that the plan's scans want, as relations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from trunkline.catalog import Catalog
from trunkline.interval import DAY, Interval, midnight
from trunkline.lake.reading import Reads
from trunkline.lake.relation import Relation
from trunkline.planner.plan import Plan, Scan
from trunkline.scope import WHOLE, Scope

_FOR_EVER_BEFORE = datetime.min.replace(tzinfo=UTC)
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


def reads_of(plan: Plan, catalog: Catalog, named: Iterable[Relation]) -> Reads:
    """What the relations that a text names are read of: every day that a scan of them wants.

    In whole UTC days, as they are fetched. What wants today wants all that is later, too: the
    provider's clock may be before ours. All days where no scan says which.
    """
    tables = {t.name for r in named if (t := catalog.find(r.name, r.schema))}
    scans: dict[str, list[Scan]] = {}
    for scan in plan.scans:
        scans.setdefault(scan.table, []).append(scan)
    days = {
        table: tuple(_days(i, plan.now) for scan in found for i in _wanted(scan))
        for table, found in scans.items()
        if all(scan.bounded for scan in found)
    }
    only = {scope: on for of in plan.filtered.values() for scope, on in of.items()}
    return Reads(frozenset(tables), days, (*plan.scopes, *only), only, _of(plan))


def _of(plan: Plan) -> dict[Scope, frozenset[str]]:
    """The datasets that each scope beside whole days is read of."""
    pairs = [(n.scope, n.dataset.name) for n in plan.needs if n.scope != WHOLE]
    pairs += [(scope, name) for name, days in plan.filtered.items() for scope in days]
    return {scope: frozenset(n for s, n in pairs if s == scope) for scope, _ in pairs}


def _wanted(scan: Scan) -> tuple[Interval, ...]:
    """The intervals of a scan; all that is earlier, where what was open then may be anywhere."""
    if scan.open_at is None:
        return scan.intervals
    return (Interval(_FOR_EVER_BEFORE, midnight(scan.open_at.day)), *scan.intervals)


def _days(interval: Interval, now: datetime) -> Interval:
    """The whole UTC days that an interval touches."""
    last = (interval.end - timedelta.resolution).date()
    end = _FOR_EVER if last >= now.date() else midnight(last + DAY)
    return Interval(midnight(interval.start.date()), end)
