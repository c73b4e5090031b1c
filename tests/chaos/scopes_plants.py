"""Bugs of scopes for the proof to find: of the tail, of filters, of what was open at an instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tests.chaos.planting import Values, answers, forgets, mistakes, of_each_world, requests
from tests.chaos.world import Plant
from trunkline.http.message import Request, Response


def _whole_though_filtered(values: Values) -> Values:
    return {"scope": ""} if values["scope"].startswith("filtered") else {}


def _second_page_empty(request: Request, answer: Response) -> Response:
    if not request.url.endswith("/details/query") or answer.status != 200:
        return answer
    asked = msgspec.json.decode(request.body or b"{}")
    first = asked.get("paging", {}).get("pageNumber", 1) == 1
    return answer if first else replace(answer, body=b"{}")


def _tail_an_hour_later(request: Request) -> Request:
    if not request.url.endswith("/details/query"):
        return request
    asked = msgspec.json.decode(request.body or b"{}")
    start, end = asked["interval"].split("/")
    later = datetime.fromisoformat(start) + timedelta(hours=1)
    if later >= datetime.fromisoformat(end):
        return request
    interval = f"{later:%Y-%m-%dT%H:%M:%S.000Z}/{end}"
    return replace(request, body=msgspec.json.encode({**asked, "interval": interval}))


def _first_value_only(request: Request) -> Request:
    """Of the values of a filter one is asked for."""
    if request.method != "POST" or not request.url.endswith("/details/jobs"):
        return request
    asked = msgspec.json.decode(request.body or b"{}")
    for kind in ("segmentFilters", "conversationFilters"):
        for one in asked.get(kind, ()):
            one["predicates"] = one["predicates"][:1]
    return replace(request, body=msgspec.json.encode(asked))


def _open_dropped() -> Plant:
    """Of the jobs that ask what was open, half of the conversations are lost."""
    jobs: set[str] = set()

    def changed(request: Request, answer: Response) -> Response:
        try:
            body: Any = msgspec.json.decode(answer.body)
        except msgspec.DecodeError:
            return answer
        if request.method == "POST" and request.url.endswith("/details/jobs"):
            whole = msgspec.json.decode(request.body or b"{}").get("startOfDayIntervalMatching")
            if not whole and "jobId" in body:
                jobs.add(body["jobId"])
        if "/results" in request.url and any(job in request.url for job in jobs):
            kept = {**body, "conversations": body.get("conversations", [])[1::2]}
            return replace(answer, body=msgspec.json.encode(kept))
        return answer

    return answers(changed)


def _later(values: Values) -> Values:
    until = datetime.fromisoformat(values["until"]) + timedelta(hours=3)
    return {"until": until.strftime("%Y-%m-%dT%H:%M:%S.000Z")}


def _for_ever(_: Values) -> Values:
    return {"instant": "9999-12-31T00:00:00.000Z"}


PLANTS: dict[str, Plant] = {
    "a filtered day is recorded as whole": mistakes(
        "^INSERT INTO (coverage|files) ", _whole_though_filtered
    ),
    "of a filter one value is asked for": requests(_first_value_only),
    "the second page of the tail is lost": answers(_second_page_empty),
    "the tail begins an hour late": requests(_tail_an_hour_later),
    "the tail of a day is never over": forgets("^UPDATE tails SET died"),
    "the tail is held further than it was told": mistakes("^INSERT INTO tails", _later),
    "of what was open half is dropped": of_each_world(_open_dropped),
    "as of an instant is as of now": mistakes("FROM snapshots WHERE published_at <=", _for_ever),
}
