"""Bugs of slices and lists for the proof to find, each planted at a seam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.chaos.planting import (
    Values,
    answers,
    forgets,
    mistakes,
    of_each_world,
    requests,
    statements,
)
from tests.chaos.process import Process
from tests.chaos.world import Plant
from trunkline.engine.seams import Seams
from trunkline.http.message import Request, Response

SUMS = "/aggregates/query"


def _read(answer: Response) -> Any:
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def groups(change: Callable[[list[Any], dict[str, Any]], list[Any]]) -> Plant:
    """A bug in what is made of an answer of aggregates: its groups, and what was asked."""

    def changed(request: Request, answer: Response) -> Response:
        page = _read(answer) if request.url.endswith(SUMS) and answer.status == 200 else None
        if not isinstance(page, dict) or not page.get("results"):
            return answer
        asked = msgspec.json.decode(request.body or b"{}")
        page["results"] = change(page["results"], asked)
        return replace(answer, body=msgspec.json.encode(page))

    return answers(changed)


def _without_last_interval(found: list[Any], asked: dict[str, Any]) -> list[Any]:
    """The interval at the end of a slice is taken for one that is not over."""
    end = datetime.fromisoformat(asked["interval"].split("/")[1])
    for group in found:
        group["data"] = [
            one
            for one in group["data"]
            if datetime.fromisoformat(one["interval"].split("/")[1]) < end
        ]
    return found


def _without_last_group(found: list[Any], _: dict[str, Any]) -> list[Any]:
    return found[:-1] if len(found) > 1 else found


def _last_users_dropped(found: list[Any], asked: dict[str, Any]) -> list[Any]:
    """Of the users who are asked for the last is left out."""
    users = [one.get("value") for one in asked.get("filter", {}).get("predicates", ())]
    return [one for one in found if len(users) < 2 or one["group"].get("userId") != users[-1]]


def _boundary_twice() -> Plant:
    """What is at the boundary of two slices is counted by both of them."""
    kept: dict[str, dict[str, Any]] = {}

    def change(found: list[Any], asked: dict[str, Any]) -> list[Any]:
        start = asked["interval"].split("/")[0]
        for group in found:
            place = str(sorted(group["group"].items()))
            before = kept.get(place, {}).get(start)
            if before and group["data"]:
                for metric, earlier in zip(group["data"][0]["metrics"], before, strict=False):
                    for name, value in earlier["stats"].items():
                        if isinstance(value, int | float) and name in metric["stats"]:
                            metric["stats"][name] += value
            for one in group["data"]:
                kept.setdefault(place, {})[one["interval"].split("/")[1]] = one["metrics"]
        return found

    return groups(change)


def _second_half_lost() -> Plant:
    """What was refused as too large is asked for by halves, and of these the second is empty."""
    refused: list[str] = []

    def changed(request: Request, answer: Response) -> Response:
        if not request.url.endswith(SUMS):
            return answer
        end = msgspec.json.decode(request.body or b"{}")["interval"].split("/")[1]
        if answer.status in (400, 413):
            refused.append(end)
        elif end in refused and answer.status == 200:
            return replace(answer, body=b'{"results": []}')
        return answer

    return answers(changed)


def _a_slice_late(values: Values) -> Values:
    """The place to go on at is that of the slice behind the next one."""
    cursor = values["cursor"]
    if not cursor or not cursor.startswith('{"at":'):
        return {}
    place = msgspec.json.decode(cursor)
    at = datetime.fromisoformat(place["at"]) + timedelta(hours=place["granules"])
    late = msgspec.json.encode({**place, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}).decode()
    return {"cursor": late}


def _an_hour_shorter(request: Request) -> Request:
    """A slice ends an hour before the next one begins."""
    if not request.url.endswith(SUMS):
        return request
    asked = msgspec.json.decode(request.body or b"{}")
    start, end = map(datetime.fromisoformat, asked["interval"].split("/"))
    shorter = end - timedelta(hours=1)
    if shorter <= start:
        return request
    asked["interval"] = f"{start:%Y-%m-%dT%H:%M:%S.000Z}/{shorter:%Y-%m-%dT%H:%M:%S.000Z}"
    return replace(request, body=msgspec.json.encode(asked))


def _listing(request: Request) -> bool:
    """Whether it is a page of a list that is landed, and not that of divisions for the rights."""
    return request.method == "GET" and "pageSize=" in request.url and "divisions" not in request.url


def pages(change: Callable[[dict[str, Any]], None]) -> Plant:
    """A bug in how pages of lists are read."""

    def changed(request: Request, answer: Response) -> Response:
        page = _read(answer) if _listing(request) and answer.status == 200 else None
        if not isinstance(page, dict) or "entities" not in page:
            return answer
        change(page)
        return replace(answer, body=msgspec.json.encode(page))

    return answers(changed)


def _one_page(page: dict[str, Any]) -> None:
    """The first page is taken for the whole list."""
    if page.get("pageNumber", 1) == 1:
        page.pop("nextUri", None)
        page["pageCount"] = 1


def _last_again(page: dict[str, Any]) -> None:
    """Who stands last on a page is counted as somebody else, too."""
    if page["entities"] and isinstance(page["entities"][-1], dict):
        last = page["entities"][-1]
        page["entities"].append({**last, "id": f"{last.get('id')}-again"})


def _not_told_who_is_gone(page: dict[str, Any]) -> None:
    """Who is told as deleted is left out."""
    page["entities"] = [one for one in page["entities"] if one.get("state") != "deleted"]


def _first_reading_for_ever() -> Plant:
    """A page of a list is asked for once, and believed for ever."""
    kept: dict[str, Response] = {}

    def changed(request: Request, answer: Response) -> Response:
        if not _listing(request) or answer.status != 200:
            return answer
        return kept.setdefault(request.url, answer)

    return answers(changed)


def _deleted_vanish(seams: Seams, process: Process) -> Seams:
    """A row that is deleted is not written with the others of its list."""

    def rewrite(sql: str, values: Values) -> tuple[str, Values]:
        if sql.startswith("INSERT INTO files") and "-list" in values["path"]:
            path = process.home / values["path"]
            rows = pq.read_table(path, partitioning=None)
            if "deleted_at" in rows.column_names:
                path.unlink()
                pq.write_table(rows.filter(pc.is_null(rows["deleted_at"])), path)
        return sql, values

    return statements(rewrite)(seams, process)


def _a_table_lost(values: Values) -> Values:
    lost = "-list" in values["path"] and values["table_name"] == "queue_media_settings"
    return {"organization": "nobody"} if lost else {}


def _to_its_end(values: Values) -> Values:
    return {"watermark": f"{values['watermark'][:10]}T23:59:59.999Z"}


def _nobody_deleted(values: Values) -> Values:
    """The same client seems to be another each time."""
    return {"since": values["refreshed_at"], "seen_by": f"{values['seen_by']}?"}


def _too_fresh(values: Values) -> Values:
    at = datetime.fromisoformat(values["refreshed_at"]) + timedelta(hours=20)
    return {"refreshed_at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}


PLANTS: dict[str, Plant] = {
    "the last interval of a slice is dropped": groups(_without_last_interval),
    "the boundary of two slices is counted twice": of_each_world(_boundary_twice),
    "a slice that was halved loses its second half": of_each_world(_second_half_lost),
    "a group of an answer is lost": groups(_without_last_group),
    "of the users asked for the last is left out": groups(_last_users_dropped),
    "a walk is gone on with a slice too late": mistakes("UPDATE jobs SET state", _a_slice_late),
    "a slice ends an hour too early": requests(_an_hour_shorter),
    "the first page of a list is all of it": pages(_one_page),
    "the last of a page is there twice": pages(_last_again),
    "who is told as deleted is left out": pages(_not_told_who_is_gone),
    "a page of a list is read once and for ever": of_each_world(_first_reading_for_ever),
    "who is missed is never deleted": mistakes("^INSERT INTO lists", _nobody_deleted),
    "the time of a list is told too late": mistakes("^INSERT INTO lists", _too_fresh),
    "a row that is deleted vanishes": _deleted_vanish,
    "a table of a list is not published": mistakes("^INSERT INTO files", _a_table_lost),
    "pages of slices are not recorded": forgets("^INSERT INTO pages"),
    "a day of slices is held too far": mistakes("^INSERT INTO coverage", _to_its_end),
}
