"""Bugs in fetching again, verifying, merging, pinning and pruning, each planted at a seam."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from tests.chaos.planting import (
    Values,
    forgets,
    mistakes,
    of_each_world,
    pages,
    requests,
    statements,
)
from tests.chaos.world import Plant
from trunkline.http.message import Request

_MERGED = re.compile(r"[0-9a-f]{32}-\d{4}-\d{2}\.parquet$")


def rewritten(old: str, new: str) -> Plant:
    """A bug in the text of a statement."""
    return statements(lambda sql, values: (sql.replace(old, new), values))


def _never_removed() -> Plant:
    """What was once on a page of a day stays, although the provider has it no more."""
    seen: dict[str, Any] = {}

    def kept(page: dict[str, Any]) -> None:
        rows = page.get("conversations", [])
        days = {row["conversationStart"][:10] for row in rows}
        ids = {row["conversationId"] for row in rows}
        rows += [
            row
            for one, row in seen.items()
            if one not in ids and row["conversationStart"][:10] in days
        ]
        seen.update((row["conversationId"], row) for row in rows)

    return pages(kept)


def _a_table_lost(values: Values) -> Values:
    lost = _MERGED.search(values["path"]) and values["table_name"] == "participants"
    return {"organization": "nobody"} if lost else {}


def _next_day(values: Values) -> Values:
    return {"day": (date.fromisoformat(values["day"]) + timedelta(days=1)).isoformat()}


def _day_before(request: Request) -> Request:
    if not request.url.endswith("/details/query"):
        return request
    query = msgspec.json.decode(request.body or b"{}")
    times = [
        datetime.fromisoformat(text) - timedelta(days=1) for text in query["interval"].split("/")
    ]
    query["interval"] = "/".join(f"{time:%Y-%m-%dT%H:%M:%S.000Z}" for time in times)
    return Request(request.method, request.url, request.headers, msgspec.json.encode(query))


PLANTS: dict[str, Plant] = {
    "a snapshot that is pinned is pruned": rewritten(
        "SELECT DISTINCT snapshot FROM pins", "SELECT snapshot FROM pins WHERE snapshot < 0"
    ),
    "a file that a kept snapshot names is pruned": rewritten(
        "WHERE value >= files.born AND", "WHERE value > files.born AND"
    ),
    "what is pruned stays named": forgets("^DELETE FROM files"),
    "a pruned snapshot seems to be there": forgets("UPDATE snapshots SET pruned"),
    "a closed month is not pinned": forgets("^INSERT OR IGNORE INTO pins"),
    "a merge loses a table": mistakes("^INSERT INTO files", _a_table_lost),
    "a removed conversation is kept": of_each_world(_never_removed),
    "no final day comes of age": rewritten(
        "SELECT coverage.dataset, coverage.scope, day, fetched_at,",
        "SELECT coverage.dataset, coverage.scope, day, "
        "iif(watermark > date(day, '4 days'), (SELECT max(fetched_at) FROM coverage), fetched_at) "
        "AS fetched_at,",
    ),
    "a count is kept for the day after": mistakes("^INSERT INTO provider_counts", _next_day),
    "a count is kept when its day is fetched again": forgets("^DELETE FROM provider_counts"),
    "the day before is counted": requests(_day_before),
}
