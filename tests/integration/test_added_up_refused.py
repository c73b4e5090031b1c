"""Where the provider does not add up as it was asked, days are fetched, and it is said why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import Site
from trunkline.engine import Options
from trunkline.http.message import Request, Response
from trunkline_simulator.api.permissions import ALL
from trunkline_simulator.settings import Client, Shape
from trunkline_simulator.settings import Settings as SimSettings

QUERY = "/api/v2/analytics/conversations/aggregates/query"
SUBJECT = "/api/v2/authorization/subjects/"
CALM = SimSettings(shape=Shape(seed=7, per_day=12))
BOUNDS = "emit_date >= '2026-02-16' AND emit_date < '2026-03-02'"
TALK = (
    "SELECT name, date_trunc('week', emit_date) AS week, sum(value) AS v, count(*) AS n, "
    "max(value) AS most FROM session_metrics WHERE name IN ('tTalk', 'tHandle') "
    f"AND {BOUNDS} GROUP BY ALL ORDER BY ALL"
)
SAID = "what the provider adds up was not used, and days were fetched: "
Edit = Callable[[Any], Any]


@dataclass(slots=True)
class Between:
    """Stands between us and the provider, and answers some of what it is asked."""

    below: Any
    path: str
    answer: Callable[[Response], Response]
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, request: Request, timeout: float) -> Response:
        response: Response = await self.below.send(request, timeout)
        if self.path not in request.url:
            return response
        self.asked.append(json.loads(request.body or b"{}"))
        return self.answer(response)

    async def close(self) -> None:
        await self.below.close()


def refused(status: int, **headers: str) -> Callable[[Response], Response]:
    said = json.dumps({"status": status, "code": "bad.request", "message": "no"}).encode()
    return lambda _: Response(status, headers, said)


def answered(body: bytes) -> Callable[[Response], Response]:
    return lambda _: Response(200, {}, body)


def edited(edit: Edit) -> Callable[[Response], Response]:
    """The provider's own answer, changed."""

    def answer(response: Response) -> Response:
        return replace(response, body=json.dumps(edit(json.loads(response.body))).encode())

    return answer


def every(change: Callable[[dict[str, Any]], None]) -> Edit:
    """Every metric of an answer, changed."""

    def edit(body: Any) -> Any:
        for metric in metrics(body):
            change(metric)
        return body

    return edit


def metrics(body: Any) -> Iterator[dict[str, Any]]:
    for group in body["results"]:
        for stretch in group["data"]:
            yield from stretch["metrics"]


def stats(**of: Any) -> Edit:
    return every(lambda metric: metric["stats"].update(of))


def without(name: str) -> Edit:
    return every(lambda metric: metric["stats"].pop(name))


def asked(
    site: Site, answer: Callable[[Response], Response], path: str = QUERY, sql: str = TALK
) -> tuple[list[dict[str, Any]], tuple[str, ...], dict[str, Any]]:
    """Rows, notices and certificate of a query whose requests of a path are answered so."""
    with site.engine(lambda below: Between(below, path, answer)) as engine:
        prepared = run(site.clock, engine.prepare(sql, Options(), lambda _: None))
        with engine.answer(prepared) as found:
            rows = [row for batch in found.batches for row in batch.to_pylist()]
        return rows, prepared.notices, prepared.certificate


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return Site(tmp_path_factory.mktemp("days"), CALM).query(TALK, Options(aggregates=False))


def twice(body: Any) -> Any:
    return {**body, "results": body["results"] * 2}


def moved(body: Any) -> Any:
    text = json.dumps(body)
    return json.loads(text.replace("T00:00:00.000Z/", "T00:00:01.000Z/"))


def qualified(metric: dict[str, Any]) -> None:
    metric["qualifier"] = "AVAILABLE"


WRONG: list[tuple[str, Callable[[Response], Response], str]] = [
    ("400", refused(400), "answered 400"),
    ("413", refused(413), "answered 413"),
    ("404", refused(404), "404"),
    ("503", refused(503), "503"),
    ("429", refused(429, **{"Retry-After": "1"}), "429"),
    ("no JSON", answered(b"<html>"), "another body"),
    ("a list", answered(b'{"results": {}}'), ""),
    ("fractions", edited(stats(sum=1.5)), "no whole numbers"),
    ("texts", edited(stats(count="3")), "no whole numbers"),
    ("negative", edited(stats(min=-1)), "no whole numbers"),
    ("too large", edited(stats(sum=2**53)), "no whole numbers"),
    ("no sum", edited(without("sum")), "no whole numbers"),
    ("no count", edited(without("count")), "no whole numbers"),
    ("no greatest", edited(without("max")), "no least or greatest"),
    ("impossible", edited(stats(count=1, sum=5, min=2, max=9)), "that cannot be"),
    ("sum over most", edited(stats(max=1)), "that cannot be"),
    ("qualifiers", edited(every(qualified)), "by a qualifier"),
    ("twice", edited(twice), "tells the same twice"),
    ("other stretches", edited(moved), "that was not asked for"),
    ("no group", edited(lambda body: {"results": [1, *body["results"]]}), "documented"),
]


@pytest.mark.parametrize(("answer", "why"), [row[1:] for row in WRONG], ids=[r[0] for r in WRONG])
def test_what_is_refused_or_odd_is_fetched_by_days(
    tmp_path: Path,
    truth: list[dict[str, Any]],
    answer: Callable[[Response], Response],
    why: str,
) -> None:
    site = Site(tmp_path / "data", CALM)
    rows, notices, certificate = asked(site, answer)
    assert rows == truth
    (said,) = [notice for notice in notices if notice.startswith(SAID)]
    assert why in said
    assert certificate["aggregated"] is None
    assert certificate["complete"] is True
    assert site.submits() > 0
    total, counted = certificate["requests"]["total"], certificate["requests"]["by_endpoint"]
    assert counted[f"POST {QUERY}"] >= 1
    assert sum(counted.values()) == total


def test_strange_attributes_are_counted_and_change_nothing(
    tmp_path: Path, truth: list[dict[str, Any]]
) -> None:
    def strange(body: Any) -> Any:
        for group in body["results"]:
            group["group"]["newDimension"] = "x"
            group["beside"] = 1
            group["data"][0]["note"] = None
            group["data"][0]["metrics"].append({"metric": "tNew", "stats": {"count": 1}})
            group["data"][0]["metrics"][0]["stats"] |= {"p50": 3, "not a name!": 1}
        return {**body, "another": 1}

    site = Site(tmp_path / "data", CALM)
    rows, notices, certificate = asked(site, edited(strange))
    assert rows == truth
    assert notices == ()
    assert site.submits() == 0
    assert certificate["aggregated"]["unknown"] == {
        "another": 1,
        "beside": 1,
        "data.note": 1,
        "group.newDimension": 1,
        "metric:tNew": 1,
        "stats.(not a name)": 1,
        "stats.p50": 1,
    }


def test_an_answer_of_nothing_is_an_answer(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(CALM, shape=Shape(seed=7, per_day=0)))
    for empty in (b"{}", b'{"results":[]}', b'{"results":null}'):
        rows, notices, certificate = asked(site, answered(empty))
        assert (rows, notices) == ([], ())
        assert certificate["aggregated"]["groups"] == 0


def test_a_missing_permission_is_named(tmp_path: Path, truth: list[dict[str, Any]]) -> None:
    permission = "analytics:conversationAggregate:view"
    client = Client(permissions=ALL - {permission})
    site = Site(tmp_path / "data", replace(CALM, clients=(client,)))
    rows, notices, _ = asked(site, lambda response: response)
    assert rows == truth
    assert any(notice.startswith(SAID) for notice in notices)
    assert any(permission in notice or "divisions" in notice for notice in notices)


def test_other_divisions_of_aggregates_are_other_sums(
    tmp_path: Path, truth: list[dict[str, Any]]
) -> None:
    def narrowed(body: Any) -> Any:
        """The permission of aggregates in one division alone."""
        (first, *_) = grants = body["grants"]
        sums, rest = [], []
        for grant in grants:
            kept = [p for p in grant["role"]["policies"] if "Aggregate" not in str(p)]
            rest.append({**grant, "role": {**grant["role"], "policies": kept}})
        own = [p for p in first["role"]["policies"] if "onversationAggregate" in str(p)]
        division = {"id": "another", "name": "Another"}
        sums = [{**first, "division": division, "role": {**first["role"], "policies": own}}]
        return {**body, "grants": [*rest, *sums]}

    site = Site(tmp_path / "data", CALM)
    rows, notices, certificate = asked(site, edited(narrowed), SUBJECT)
    assert rows == truth
    assert certificate["aggregated"] is None
    assert any("the same divisions" in notice for notice in notices)


def test_rights_that_are_not_told_are_not_taken_for_equal(tmp_path: Path) -> None:
    client = Client(permissions=ALL - {"authorization:grant:view"})
    site = Site(tmp_path / "data", replace(CALM, clients=(client,)))
    _, notices, certificate = asked(site, lambda response: response)
    assert certificate["aggregated"] is None
    assert any("authorization:grant:view" in notice for notice in notices)


@pytest.mark.parametrize("status", [400, 413])
def test_what_is_too_much_at_once_is_halved_by_time(
    tmp_path: Path, truth: list[dict[str, Any]], status: int
) -> None:
    seen: list[dict[str, Any]] = []

    class Small(Between):
        """Answers five days at the most."""

        async def send(self, request: Request, timeout: float) -> Response:
            body = json.loads(request.body) if QUERY in request.url and request.body else None
            if body is not None:
                seen.append(body)
                first, last = (part[:10] for part in body["interval"].split("/"))
                days = (int(last[8:]) - int(first[8:])) % 28
                if days > 5:
                    return refused(status)(Response(200))
            found: Response = await self.below.send(request, timeout)
            return found

    site = Site(tmp_path / "data", CALM)
    with site.engine(lambda below: Small(below, QUERY, lambda response: response)) as engine:
        prepared = run(site.clock, engine.prepare(TALK, Options(), lambda _: None))
        with engine.answer(prepared) as found:
            rows = [row for batch in found.batches for row in batch.to_pylist()]
    assert rows == truth
    assert prepared.certificate["aggregated"]["requests"] == len(seen) == 7
    assert prepared.notices == ()


def test_the_simulators_own_limit_is_met_by_halves(tmp_path: Path) -> None:
    narrow = replace(CALM, aggregate_cells=8)
    sql = TALK.replace("'week'", "'day'")
    site = Site(tmp_path / "data", narrow)
    rows, notices, certificate = asked(site, lambda response: response, sql=sql)
    assert rows == Site(tmp_path / "days", CALM).query(sql, Options(aggregates=False))
    assert notices == ()
    assert certificate["aggregated"]["requests"] > 1


class Killed(BaseException):
    """The process is gone."""


def test_killed_in_the_middle_nothing_is_left(tmp_path: Path, truth: list[dict[str, Any]]) -> None:
    def killing(_: Response) -> Response:
        raise Killed

    site = Site(tmp_path / "data", CALM)
    with pytest.raises(Killed):
        asked(site, killing)
    assert site.query("SELECT * FROM trunkline.jobs") == []
    assert site.query("SELECT * FROM trunkline.coverage") == []
    assert site.query(TALK) == truth
    assert site.submits() == 0


def test_hostile_answers_have_the_answer_of_days(tmp_path: Path) -> None:
    hostile = replace(CALM, shape=Shape(seed=3, per_day=12, hostile=True))
    rows = Site(tmp_path / "sums", hostile).query(TALK)
    assert rows == Site(tmp_path / "days", hostile).query(TALK, Options(aggregates=False))
