"""Evaluations of the simulator's conversations, aggregated when they occurred."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from trunkline_simulator import Settings, Shape
from trunkline_simulator.caller import Caller, StoppedClock, decoded
from trunkline_simulator.truth import conversations

QUERY = "/api/v2/analytics/evaluations/aggregates/query"
MONTH = "2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z"
NOW = datetime(2025, 4, 20, 12, tzinfo=UTC)


def test_evaluations_are_counted_when_they_occur() -> None:
    asking = Caller(Settings(shape=Shape(seed=5, per_day=60)), StoppedClock(NOW))
    asking.sign_in()
    names = ["nEvaluations", "nEvaluationsRescored", "oTotalScore"]
    body = {"interval": MONTH, "groupBy": ["queueId", "userId"], "metrics": names}
    found = decoded(asking.send("POST", QUERY, body))["results"]
    asked = {
        (one["group"]["queueId"], one["group"]["userId"]): {
            told["metric"]: told["stats"] for told in one["data"][0]["metrics"]
        }
        for one in found
    }
    scores: dict[Any, list[int]] = defaultdict(list)
    rescored: Counter[Any] = Counter()
    days = date(2025, 3, 1) - timedelta(days=80), date(2025, 3, 31)
    for made in conversations(asking.settings, *days, NOW):
        for one in made.get("evaluations") or ():
            if one["eventTime"].startswith("2025-03-"):
                scores[one["queueId"], one["userId"]].append(one["oTotalScore"])
                rescored[one["queueId"], one["userId"]] += one["rescored"]
    assert asked.keys() == scores.keys()
    for place, stats in asked.items():
        told = scores[place]
        assert stats["nEvaluations"] == {"count": len(told)}
        assert stats["oTotalScore"]["sum"] == sum(told)
        assert stats.get("nEvaluationsRescored", {"count": 0}) == {"count": rescored[place]}
    assert rescored.total()
