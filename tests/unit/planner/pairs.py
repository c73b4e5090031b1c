"""Reads the pairs of tests/fixtures/planner: a query, and under it what is planned for it.

Blocks stand apart by an empty line. Lines that start with ``--`` say what holds for the block:
``timezone``, ``now``, ``parameters`` (as JSON), any number of ``held``, ``page`` (a title: it is
shown in docs/reference/bounds.md), and ``not run`` (with the reason) for a query whose answer is
not determined, so that it cannot be compared with itself. The query ends in ``;``. Then follow, in
UTC, the scans in the order of the text (``alias: start .. end, open at day``), and,
where jobs matter, one line a job (``fetch first..last reason``) or ``no fetch``.
``unbounded name`` stands for the error.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.unit.planner.world import CATALOG, NOW, context, holdings
from trunkline.catalog import OPEN_AT
from trunkline.errors import UnboundedScan
from trunkline.interval import DAY
from trunkline.planner import plan
from trunkline.planner.plan import Fetch, Plan, Scan

Parameters = list[object] | dict[str, object] | tuple[object, ...]
FOLDER = Path(__file__).parents[2] / "fixtures" / "planner"


@dataclass(frozen=True, slots=True)
class Pair:
    name: str
    sql: str
    expected: tuple[str, ...]
    time_zone: str
    now: datetime
    held: tuple[str, ...]
    is_run: bool
    parameters: Parameters = ()

    def plan(self) -> Plan:
        values = self.parameters
        listed = {str(n): value for n, value in enumerate(values, start=1)}
        of = replace(
            context(self.time_zone, self.now),
            parameters=values if isinstance(values, dict) else listed,
        )
        return plan(self.sql, CATALOG, holdings(self.held, self.now), of)

    def actual(self) -> tuple[str, ...]:
        """The plan, or the error, in the notation of the file."""
        try:
            planned = self.plan()
        except UnboundedScan as error:
            named = self.sql[error.position or 0 :].split()[0]
            return (f"unbounded {named.rstrip(',);')}",)
        scans = tuple(f"{scan.alias}: {_scan(scan)}" for scan in planned.scans)
        if not any("fetch" in line for line in self.expected):
            return scans
        return scans + (tuple(map(_fetch, planned.fetches)) or ("no fetch",))


def _scan(scan: Scan) -> str:
    found = [f"{_short(i.start)} .. {_short(i.end)}" for i in scan.intervals]
    found += [f"open at {scan.open_at.day}"] if scan.open_at else []
    return ", ".join(found) or "nothing"


def _short(instant: datetime) -> str:
    plain = instant.astimezone(UTC).replace(tzinfo=None)
    text = plain.isoformat(sep=" ", timespec="milliseconds").removesuffix(".000")
    return text.removesuffix(":00").removesuffix(" 00:00")


def _fetch(fetch: Fetch) -> str:
    first, last = fetch.interval.start.date(), (fetch.interval.end - DAY).date()
    count = "" if len(fetch.days) == (last - first).days + 1 else f" {len(fetch.days)} days"
    resumes = f" resumes {fetch.resumes}" if fetch.resumes else ""
    if fetch.scope == OPEN_AT:
        return f"fetch open at {first} {fetch.reason}{resumes}"
    return f"fetch {first}..{last}{count} {fetch.reason}{resumes}"


def read(path: Path) -> list[Pair]:
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    return [_pair(f"{path.stem}-{n}", block) for n, block in enumerate(blocks, start=1)]


def _pair(name: str, block: str) -> Pair:
    lines = block.splitlines()
    head = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    said = [(line.partition(":")[0], line.partition(":")[2].strip()) for line in head]
    first = dict(reversed(said))
    query, _, expected = "\n".join(x for x in lines if not x.startswith("--")).partition(";")
    return Pair(
        name=name,
        sql=query.strip(),
        expected=tuple(line.strip() for line in expected.strip().splitlines()),
        time_zone=first.get("timezone", "UTC"),
        now=datetime.fromisoformat(first["now"]) if "now" in first else NOW,
        held=tuple(value for key, value in said if key == "held"),
        is_run="not run" not in first,
        parameters=json.loads(first.get("parameters", "[]")),
    )


def every_pair() -> list[Pair]:
    return [pair for path in sorted(FOLDER.glob("*.sql")) for pair in read(path)]
