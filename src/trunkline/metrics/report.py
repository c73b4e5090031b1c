"""The report of one queue: how it is asked for, and what follows from the rows.

Totals are sums, and a total's service level is the sum of numerators by that of denominators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from trunkline.metrics.exact import quotient
from trunkline.metrics.grains import Grain
from trunkline.metrics.options import Counts, Options, explaining

TOTAL = "total"
INTERVALS: Mapping[str, Grain | None] = {
    "5m": Grain("", "5 minutes", minutes=5),
    "15m": Grain("", "15 minutes", minutes=15),
    "30m": Grain("", "30 minutes", minutes=30),
    "hour": Grain("", "hour", minutes=60),
    "day": Grain("", "day", unit="day"),
    "week": Grain("", "week", unit="week"),
    "month": Grain("", "month", unit="month"),
    TOTAL: None,
}
_SUMS = (
    "offered",
    "answered",
    "answered_within_threshold",
    "abandoned",
    "short_abandoned",
    "flow_outs",
    "service_level_numerator",
    "service_level_denominator",
)
# What is needed to hold the provider's own denominator against ours: of the rows that have one.
_CHECKED = ("answered", "abandoned", "short_abandoned", "flow_outs")


@dataclass(frozen=True, slots=True)
class Row:
    """One interval of a media type; its columns are those of the statement, in their order."""

    queue_id: str
    queue_name: str | None
    media_type: str
    interval_start: datetime
    offered: int
    answered: int
    answered_within_threshold: int
    abandoned: int
    short_abandoned: int
    flow_outs: int
    service_level_numerator: int
    service_level_denominator: int
    service_level: Decimal | None
    threshold_ms: int | None
    target: Decimal | None
    reported_denominator: int | None = None
    checked_answered: int | None = None
    checked_abandoned: int | None = None
    checked_short_abandoned: int | None = None
    checked_flow_outs: int | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """Sums of rows."""

    offered: int
    answered: int
    within: int
    abandoned: int
    flow_outs: int
    numerator: int
    denominator: int

    @property
    def percentage(self) -> str:
        """Numerator by denominator to a hundredth of a per cent; `-` where there is none."""
        return percent(Fraction(self.numerator, self.denominator)) if self.denominator else "-"


def statement(
    view: str, interval: str, start: datetime, end: datetime, *, checked: bool = False
) -> str:
    """SQL over the view `service_level` of the queue ``$queue``, half-open."""
    grain = INTERVALS[interval]
    first, last = (
        f"TIMESTAMPTZ '{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00'" for at in (start, end)
    )
    bucket = grain.start("interval_start") if grain else first
    sums = [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in _SUMS]
    level = quotient("sum(service_level_numerator)", "sum(service_level_denominator)")
    target = "CASE WHEN min(target) = max(target) THEN min(target) END AS target"
    more = [f"{level} AS service_level", "any_value(threshold_ms) AS threshold_ms", target]
    if checked:
        more.append("CAST(sum(reported_denominator) AS BIGINT) AS reported_denominator")
        more += [
            f"CAST(sum({name}) FILTER (reported_denominator IS NOT NULL) AS BIGINT) "
            f"AS checked_{name}"
            for name in _CHECKED
        ]
    listed = ", ".join((*sums, *more))
    return (
        "SELECT queue_id, any_value(queue_name) AS queue_name, media_type, "  # noqa: S608
        f"{bucket} AS interval_start, {listed} FROM {view} WHERE queue_id = $queue "
        f"AND interval_start >= {first} AND interval_start < {last} "
        f"GROUP BY queue_id, media_type, {bucket} ORDER BY media_type, interval_start"
    )


def is_something(row: Row) -> bool:
    """Whether anything of it is reported: in other rows only something else ended."""
    return any(getattr(row, name) for name in _SUMS)


def total(rows: Iterable[Row]) -> Total:
    """The sums of rows, whatever they are of."""
    listed = list(rows)
    return Total(
        sum(row.offered for row in listed),
        sum(row.answered for row in listed),
        sum(row.answered_within_threshold for row in listed),
        sum(row.abandoned for row in listed),
        sum(row.flow_outs for row in listed),
        sum(row.service_level_numerator for row in listed),
        sum(row.service_level_denominator for row in listed),
    )


def percent(share: Fraction | Decimal, places: str = "0.01") -> str:
    """A share of 1 in words, halves up."""
    hundredfold = Fraction(share) * 100
    exact = Decimal(hundredfold.numerator) / Decimal(hundredfold.denominator)
    return f"{exact.quantize(Decimal(places), ROUND_HALF_UP):f} %"


def aim(row: Row) -> str:
    """The threshold and the target of a media type, in words."""
    if row.threshold_ms is None:
        return "no threshold is set: what is within it is not known"
    seconds = f"{Decimal(row.threshold_ms) / 1000:f}"
    aimed = f", target {percent(row.target, '1')}" if row.target is not None else ""
    return f"threshold {seconds} s{aimed}"


def doubt(rows: Iterable[Row], options: Options) -> str | None:
    """What the provider's own denominators say against the options; None where nothing."""
    told = [(_checked(row), row.reported_denominator) for row in rows if row.reported_denominator]
    if all(options.of(counts) == reported for counts, reported in told):
        return None
    ours, theirs = sum(options.of(counts) for counts, _ in told), sum(of for _, of in told)
    said = (
        f"the provider's own denominators add up to {theirs:,}, and these settings make {ours:,} "
        "of the same counts"
    )
    found = explaining(told, options)
    return f"{said}; it calculates as with {', '.join(options.beside(found))}" if found else said


def _checked(row: Row) -> Counts:
    return Counts(*(getattr(row, f"checked_{name}") or 0 for name in _CHECKED))


def row_of(values: Iterable[object]) -> Row:
    """A row of the statement."""
    return Row(**dict(zip((item.name for item in fields(Row)), values, strict=False)))  # type: ignore[arg-type]
