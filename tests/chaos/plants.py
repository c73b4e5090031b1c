"""Bugs for the proof to find, each by its name; see ``planting`` for how they get there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tests.chaos import keeping_plants, scopes_plants
from tests.chaos.planting import (
    Values,
    answers,
    forgets,
    mistakes,
    of_each_world,
    pages,
    requests,
)
from tests.chaos.process import Process
from tests.chaos.world import Plant
from trunkline.clock import Clock
from trunkline.engine.seams import Seams
from trunkline.http.message import Request, Response, Transport


def _first_page_only(page: dict[str, Any]) -> None:
    page.pop("cursor", None)


def _last_row_dropped(page: dict[str, Any]) -> None:
    if len(page.get("conversations", ())) > 1:
        page["conversations"].pop()


def _without_midnight(page: dict[str, Any]) -> None:
    kept = [c for c in page.get("conversations", ()) if "T00:00:00" not in c["conversationStart"]]
    if "conversations" in page:
        page["conversations"] = kept


def _last_row_twice(page: dict[str, Any]) -> None:
    """As one who counts what stands on the boundary of two pages on both of them."""
    if page.get("cursor") and page.get("conversations"):
        last = page["conversations"][-1]
        other = str(UUID(int=UUID(last["conversationId"]).int ^ 1))
        page["conversations"].append({**last, "conversationId": other})


def _ends_forgotten(page: dict[str, Any]) -> None:
    for conversation in page.get("conversations", ()):
        conversation.pop("conversationEnd", None)


def _error_is_the_end(request: Request, answer: Response) -> Response:
    """A page that could not be had is taken for one without rows."""
    if "cursor=" not in request.url or answer.status < 400:
        return answer
    return replace(answer, status=200, body=b'{"conversations": []}')


def _last_page_dropped(request: Request, answer: Response) -> Response:
    """The page that has no cursor to go on with is not looked at."""
    if "cursor=" not in request.url or answer.status != 200:
        return answer
    try:
        page = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return answer
    body = b'{"conversations": []}'
    return answer if page.get("cursor") else replace(answer, body=body)


def _behind(request: Request, answer: Response) -> Response:
    """What the provider has is believed to reach a day less far than it says."""
    if not request.url.endswith("/availability") or answer.status != 200:
        return answer
    try:
        told = msgspec.json.decode(answer.body)["dataAvailabilityDate"]
    except msgspec.DecodeError:
        return answer
    body = msgspec.json.encode({"dataAvailabilityDate": _later(told, days=-1)})
    return replace(answer, body=body)


def _first_token_for_ever() -> Plant:
    kept: dict[str, Response] = {}

    def changed(request: Request, answer: Response) -> Response:
        if not request.url.endswith("/oauth/token") or answer.status != 200:
            return answer
        return kept.setdefault("answer", answer)

    return answers(changed)


@dataclass(frozen=True, slots=True)
class _Twice:
    """A transport that sends each request two times."""

    inner: Transport

    async def send(self, request: Request, timeout: float) -> Response:
        await self.inner.send(request, timeout)
        return await self.inner.send(request, timeout)

    async def close(self) -> None:
        await self.inner.close()


def _sent_twice(seams: Seams, _: Process) -> Seams:
    return replace(seams, transport=lambda: _Twice(seams.transport()))


def _one_key(seams: Seams, _: Process) -> Seams:
    return replace(seams, new_key=lambda: "0" * 32)


def _no_retry_after(_: Request, answer: Response) -> Response:
    headers = {name: value for name, value in answer.headers.items() if name != "retry-after"}
    return replace(answer, headers=headers)


def _an_hour_less(request: Request) -> Request:
    if request.method != "POST" or not request.url.endswith("/details/jobs"):
        return request
    query = msgspec.json.decode(request.body or b"{}")
    start, end = query["interval"].split("/")
    shorter = datetime.fromisoformat(end) - timedelta(hours=1)
    if shorter <= datetime.fromisoformat(start):
        return request
    query["interval"] = f"{start}/{shorter:%Y-%m-%dT%H:%M:%S.000Z}"
    return replace(request, body=msgspec.json.encode(query))


def _stale_rights() -> Plant:
    """What the client covers is asked once and believed for ever."""
    kept: dict[str, Response] = {}

    def changed(request: Request, answer: Response) -> Response:
        if "/authorization/subjects" not in request.url or answer.status != 200:
            return answer
        return kept.setdefault("answer", answer)

    return answers(changed)


def _body_logged(seams: Seams, process: Process) -> Seams:
    def logged(_: Request, answer: Response) -> Response:
        with (process.home / "debug.log").open("ab") as file:
            file.write(answer.body)
        return answer

    return answers(logged)(seams, process)


def _half_written(seams: Seams, process: Process) -> Seams:
    """A page counts as staged although the end of one of its files was not written."""

    async def offload(function: Callable[..., Any], *arguments: Any) -> Any:
        result = await seams.offload(function, *arguments)
        newest = max(
            (process.home / "files").glob("*/*.parquet"),
            key=lambda path: path.stat().st_mtime_ns,
            default=None,
        )
        if newest is not None:
            content = newest.read_bytes()
            newest.unlink()
            newest.write_bytes(content[:-20])
        return result

    return replace(seams, offload=offload)


@dataclass(frozen=True, slots=True)
class _Hasty:
    """A clock whose waits are a tenth of what they should be."""

    inner: Clock

    def now(self) -> datetime:
        return self.inner.now()

    def monotonic(self) -> float:
        return self.inner.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.inner.sleep(max(seconds / 10, 0.05))


def _hasty(seams: Seams, _: Process) -> Seams:
    return replace(seams, clock=_Hasty(seams.clock))


def _later(text: str, **by: int) -> str:
    moved = datetime.fromisoformat(text) + timedelta(**by)
    return moved.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _without_last_day(values: Values) -> Values:
    days = msgspec.json.decode(values["days"])
    return {"days": msgspec.json.encode(days[:-1] or days).decode()}


def _with_a_day_more(values: Values) -> Values:
    """The end of a job's interval is taken for a day of it."""
    days = msgspec.json.decode(values["days"], type=list[date])
    return {"days": msgspec.json.encode([*days, max(days) + timedelta(days=1)]).decode()}


def _a_day_more(values: Values) -> Values:
    return {"day": (date.fromisoformat(values["day"]) + timedelta(days=1)).isoformat()}


def _one_table_elsewhere(values: Values) -> Values:
    return {"organization": "nobody"} if values["table_name"] == "segments" else {}


def _one_table_late(values: Values) -> Values:
    return {"born": values["born"] + 1} if values["table_name"] == "segments" else {}


def _id_lost(_: Values) -> Values:
    return {"remote_id": None}


PLANTS: dict[str, Plant] = {
    **scopes_plants.PLANTS,
    **keeping_plants.PLANTS,
    "only the first page is read": pages(_first_page_only),
    "the last page is dropped": answers(_last_page_dropped),
    "the last row of a page is dropped": pages(_last_row_dropped),
    "the last row of a page is counted twice": pages(_last_row_twice),
    "an error among the pages is their end": answers(_error_is_the_end),
    "what begins at midnight is dropped": pages(_without_midnight),
    "nothing ever ends": pages(_ends_forgotten),
    "Retry-After is ignored": answers(_no_retry_after),
    "a job asks for an hour less": requests(_an_hour_less),
    "the end of a job is a day of it": mistakes("^INSERT INTO jobs", _with_a_day_more),
    "the data are believed to reach a day less far": answers(_behind),
    "the first token is used for ever": of_each_world(_first_token_for_ever),
    "every request is sent twice": _sent_twice,
    "all jobs have one key": _one_key,
    "rights are asked once and believed for ever": of_each_world(_stale_rights),
    "a body is logged": _body_logged,
    "a half-written file is published": _half_written,
    "polls come ten times as fast": _hasty,
    "one table is published late": mistakes("^INSERT INTO files", _one_table_late),
    "one table is not published": mistakes("^INSERT INTO files", _one_table_elsewhere),
    "what was replaced lives on": forgets("^UPDATE files SET died"),
    "coverage is not recorded": forgets("^INSERT INTO coverage"),
    "days of a file are not recorded": forgets("^INSERT INTO file_days"),
    "open conversations are forgotten": forgets("^INSERT INTO open_records"),
    "pages are not recorded": forgets("^INSERT INTO pages"),
    "pages of the attempt before are kept": forgets("^DELETE FROM pages"),
    "what was covered before lives on": forgets("^UPDATE coverage SET died"),
    "under which rights a day was fetched is lost": mistakes(
        "^INSERT INTO coverage", lambda _: {"fingerprint": "unknown"}
    ),
    "nothing is one transaction": forgets("^(BEGIN|COMMIT|ROLLBACK)"),
    "a job that ended is not noted": forgets("UPDATE jobs SET", state="published"),
    "the id of a job is lost": mistakes("UPDATE jobs SET", _id_lost),
    "a day too many is covered": mistakes("^INSERT INTO coverage", _a_day_more),
    "a wrong count is kept": mistakes(
        "^INSERT INTO coverage", lambda values: {"conversations": values["conversations"] + 1}
    ),
    "the watermark is told too late": mistakes(
        "^INSERT INTO coverage", lambda values: {"watermark": _later(values["watermark"], days=9)}
    ),
    "the watermark is told too early": mistakes(
        "^INSERT INTO coverage", lambda values: {"watermark": _later(values["watermark"], days=-9)}
    ),
    "the time of a fetch is told too late": mistakes(
        "^INSERT INTO coverage", lambda values: {"fetched_at": _later(values["fetched_at"], days=9)}
    ),
    "the last day of a job is forgotten": mistakes("^INSERT INTO jobs", _without_last_day),
}
