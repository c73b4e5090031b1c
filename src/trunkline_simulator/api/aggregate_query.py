"""The bodies of aggregate queries (SDK 269), checked before anything is looked up.

Not simulated, and refused as such rather than guessed at: ``alternateTimeDimension``, the best and
the worst of a metric (``queryType`` topN and bottomN), ranges of dimensions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trunkline_simulator.aggregation import Question, View
from trunkline_simulator.api.errors import Refused, bad_request
from trunkline_simulator.api.query import check_filter, interval_of
from trunkline_simulator.buckets import buckets_of
from trunkline_simulator.payloads.parts import Json

# developer.genesys.cloud, aggregate views: so many in a call.
_MOST_VIEWS = 10
_COMMON: dict[str, type] = {
    "interval": str,
    "granularity": str,
    "timeZone": str,
    "groupBy": list,
    "filter": dict,
    "metrics": list,
    "flattenMultivaluedDimensions": bool,
    "views": list,
    "alternateTimeDimension": str,
}
_RANKED: dict[str, type] = {"queryType": str, "sortMetric": dict, "limit": int}


@dataclass(frozen=True, slots=True)
class Family:
    """What the queries of one family may name, and what else its bodies are held to."""

    metrics: frozenset[str]
    dimensions: frozenset[str]
    ranked: bool = False
    check: Callable[[Json], None] = lambda _: None


def question_of(
    body: dict[str, Any], family: Family, most: int, least_seconds: int = 0, *, job: bool = False
) -> Question:
    """The question that a body asks; 400 for what its model does not know.

    ``most``: so many intervals at the most, none shorter than ``least_seconds``. ``job``: its
    pages may have a size.
    """
    _check_attributes(body, family, job)
    metrics = _words(body, "metrics", family.metrics)
    if not metrics:
        raise bad_request("metrics is required", "metrics")
    wanted = body.get("filter")
    if wanted is not None:
        _check_filter(wanted, family)
    family.check(body)
    buckets = buckets_of(
        body["interval"],
        body.get("granularity"),
        body.get("timeZone"),
        most,
        least_seconds,
    )
    return Question(
        buckets,
        frozenset(metrics),
        tuple(_words(body, "groupBy", family.dimensions)),
        wanted,
        _views(body.get("views") or [], family.metrics),
        bool(body.get("flattenMultivaluedDimensions")),
    )


def _check_attributes(body: dict[str, Any], family: Family, job: bool) -> None:
    known = _COMMON | (_RANKED if family.ranked else {}) | ({"pageSize": int} if job else {})
    for name, value in body.items():
        wanted = known.get(name)
        if wanted is None:
            raise bad_request(f"Unrecognized field {name!r}", name)
        if type(value) is not wanted:
            raise bad_request(f"{name} must be of type {wanted.__name__}", name)
    if "interval" not in body:
        raise bad_request("interval is required", "interval")
    if body.get("pageSize", 1) < 1:
        raise bad_request("pageSize must be positive", "pageSize")
    interval_of(body["interval"])
    if "alternateTimeDimension" in body:
        raise not_simulated("alternateTimeDimension")
    if body.get("queryType", "groupBy") != "groupBy":
        raise not_simulated("queryType")


def not_simulated(name: str) -> Refused:
    """501, which the service itself does not answer."""
    return Refused(501, "not.implemented", f"{name} is not simulated")


def _words(body: dict[str, Any], name: str, known: frozenset[str]) -> list[str]:
    found: list[str] = body.get(name) or []
    for word in found:
        if word not in known:
            raise bad_request(f"{name}: unknown {word!r}", name)
    if len(set(found)) != len(found):
        raise bad_request(f"{name}: a word comes twice", name)
    return found


def _check_filter(wanted: Json, family: Family) -> None:
    check_filter(wanted, "filter", family.dimensions, frozenset())
    for predicate in predicates(wanted):
        if "dimension" not in predicate:
            raise bad_request("filter: a predicate names a dimension", "filter")
        if "range" in predicate:
            raise not_simulated("a range of a dimension")


def predicates(wanted: Json) -> list[Json]:
    """Those of a filter and of its clauses."""
    nested = [one for clause in wanted.get("clauses") or () for one in predicates(clause)]
    return [*(wanted.get("predicates") or ()), *nested]


def _views(found: list[Any], metrics: frozenset[str]) -> tuple[View, ...]:
    if len(found) > _MOST_VIEWS:
        raise bad_request(f"views: at most {_MOST_VIEWS}", "views")
    views = tuple(_view(one, metrics) for one in found)
    names = [view.name for view in views]
    if len(set(names)) != len(names) or metrics.intersection(names):
        raise bad_request("views: a name must be its own and no metric's", "views")
    return views


def _view(found: Any, metrics: frozenset[str]) -> View:
    attributes = {"target", "name", "function", "range"}
    if not isinstance(found, dict) or found.keys() != attributes:
        raise bad_request(f"views: a view has {', '.join(sorted(attributes))}", "views")
    target, bounds = found["target"], found["range"]
    if target not in metrics or not target.startswith("t"):
        raise bad_request(f"views: {target!r} is no timer", "views")
    if found["function"] != "rangeBound":
        raise bad_request(f"views: unknown function {found['function']!r}", "views")
    if not isinstance(bounds, dict) or not bounds.keys() <= {"gte", "lt"}:
        raise bad_request("views: a range has gte and lt", "views")
    return View(found["name"], target, bounds.get("gte", 0), bounds.get("lt", float("inf")))
