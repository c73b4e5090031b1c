"""The request for sums of emissions: held against the vendor's client; what its answer comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import PureCloudPlatformClientV2
import pytest

from trunkline.emissions import GRAINS, Figure, Question
from trunkline.errors import MalformedAnswer
from trunkline.interval import Interval
from trunkline.providers.genesys.emission_queries import body, read
from trunkline.providers.genesys.emissions import EMISSIONS

DAY = datetime(2025, 3, 1, tzinfo=UTC)
MARCH = Interval(DAY, datetime(2025, 4, 1, tzinfo=UTC))
EVERYTHING = Question(
    MARCH,
    timedelta(hours=1),
    tuple(sorted(EMISSIONS.durations | EMISSIONS.counts)),
    EMISSIONS.dimensions,
)
TALK = Question(MARCH, timedelta(days=1), ("tTalk",), EMISSIONS.dimensions[:1])


def told(stats: str, name: str = "tTalk", start: str = "2025-03-02T00:00:00.000Z") -> bytes:
    metric = f'{{"metric":"{name}","stats":{stats}}}'
    stretch = f'{{"interval":"{start}/2025-03-03T00:00:00Z","metrics":[{metric}]}}'
    return f'{{"results":[{{"group":{{"mediaType":"voice"}},"data":[{stretch}]}}]}}'.encode()


def test_the_body_is_what_the_vendors_client_makes_of_it() -> None:
    sdk = PureCloudPlatformClientV2
    for question in (EVERYTHING, replace(EVERYTHING, grain=None, group_by=())):
        made, model = body(question), sdk.ConversationAggregationQuery()
        attributes = {theirs: ours for ours, theirs in model.attribute_map.items()}
        for name, value in made.items():
            setattr(model, attributes[name], value)
        # The model replaces an enumeration's unknown value; a known one stays.
        assert sdk.ApiClient().sanitize_for_serialization(model) == made


def test_every_name_is_one_of_the_vendors_enumerations() -> None:
    """``metrics`` and ``groupBy`` have none in the SDK's models; these list the same words."""
    view = PureCloudPlatformClientV2.ConversationAggregationView()
    for metric in EVERYTHING.metrics:
        view.target = metric
        assert view.target == metric
    predicate = PureCloudPlatformClientV2.ConversationAggregateQueryPredicate()
    for dimension in EMISSIONS.dimensions:
        predicate.dimension = dimension.source
        assert predicate.dimension == dimension.source


@pytest.mark.parametrize(
    ("grain", "said"), [*zip(GRAINS, ("P1D", "PT1H", "PT30M", "PT15M"), strict=True)]
)
def test_a_grain_is_said_as_a_period(grain: timedelta, said: str) -> None:
    assert body(replace(TALK, grain=grain)) == {
        "interval": "2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z",
        "granularity": said,
        "metrics": ["tTalk"],
        "groupBy": ["mediaType"],
    }


def test_what_an_answer_comes_to() -> None:
    stats = '{"count": 3, "sum": 9000.0, "min": 1000.0, "max": 5000.0, "p95": null}'
    second = datetime(2025, 3, 2, tzinfo=UTC)
    assert read(told(stats), TALK).each == (
        Figure(("voice",), second, "tTalk", 9000, 3, 1000, 5000),
    )
    offset = told(stats, start="2025-03-02T05:45:00.000+05:45")
    assert read(offset, TALK).each[0].start == second
    assert read(told('{"count": 0, "sum": 0}'), TALK).each == ()
    counted = replace(TALK, metrics=("nOffered",))
    assert read(told('{"count": 4}', "nOffered"), counted).each == (
        Figure(("voice",), second, "nOffered", 4),
    )


@pytest.mark.parametrize(
    "answer",
    [
        told('{"count": 1, "sum": 1, "sum": 2}'),
        told('{"count": true, "sum": 1}'),
        told('{"count": 1}'),
        told("[]"),
        told('{"count": 1, "sum": 1}', start="2025-03-02T01:00:00Z"),
        told('{"count": 1, "sum": 1}', start="2025-04-02T00:00:00Z"),
        told('{"count": 1, "sum": 1}', start="2025-03-02T00:00:00"),
        told('{"count": 1, "sum": 1}').replace(b'"voice"', b"7"),
        b"[]",
    ],
)
def test_what_is_not_documented_is_no_answer(answer: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read(answer, TALK)
