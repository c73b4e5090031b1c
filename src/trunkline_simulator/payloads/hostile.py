"""What no contract rules out: unknown names and words, null for a list, fractions, ids twice."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

from trunkline_simulator.payloads.parts import Json

_JUDGEMENTS = ("evaluations", "surveys", "resolutions")


def _levels(made: Json) -> list[list[Json]]:
    participants = made["participants"]
    sessions = [leg for owner in participants for leg in owner["sessions"]]
    segments = [part for leg in sessions for part in leg["segments"]]
    metrics = [entry for leg in sessions for entry in leg.get("metrics", ())]
    flows = [leg["flow"] for leg in sessions if leg.get("flow")]
    judged = [one for name in _JUDGEMENTS for one in made.get(name) or ()]
    return [[made], participants, sessions, segments, metrics, flows, judged]


def _unknown_attributes(made: Json, draw: Random) -> None:
    for level in _levels(made):
        for thing in level[:1]:
            thing["futureAttribute"] = {"nested": [draw.getrandbits(16), None, "x"]}
            thing["anotherId"] = f"new-{draw.getrandbits(16)}"


def _unknown_words(made: Json, draw: Random) -> None:
    _, participants, sessions, segments, *_ = _levels(made)
    participants[0]["purpose"] = "hologram"
    sessions[-1]["mediaType"] = f"telepathy{draw.getrandbits(2)}"
    segments[0]["segmentType"] = "pondering"


def _unknown_metrics(made: Json, draw: Random) -> None:
    leg = made["participants"][0]["sessions"][0]
    at = leg["segments"][0]["segmentStart"]
    leg["metrics"] = [
        *leg.get("metrics", ()),
        {"emitDate": at, "name": "tFuture", "value": draw.getrandbits(20)},
        {"emitDate": at, "name": "xMystery", "value": 1},
    ]


def _fraction(made: Json, draw: Random) -> None:
    metrics = _levels(made)[4]
    if metrics:
        metrics[int(draw.random() * len(metrics))]["value"] += 0.5
    for judged in made.get("resolutions") or ():
        judged["nNextContactAvoided"] = 0.5


def _nulls(made: Json, draw: Random) -> None:
    owner = made["participants"][-1]
    owner["attributes"] = None
    leg = owner["sessions"][-1]
    leg["mediaEndpointStats"] = None
    if draw.random() < 0.3:
        leg["metrics"] = None
    elif draw.random() < 0.3:
        leg["segments"][-1]["properties"] = None
    made["evaluations"] = None


def _repeated_ids(made: Json, draw: Random) -> None:
    """Ids are called unique and are promised nowhere: the second one is not like the first."""
    owner = made["participants"][-1]
    leg = deepcopy(owner["sessions"][0])
    leg["metrics"] = (leg.get("metrics") or [])[1:]
    owner["sessions"].append(leg)
    if draw.random() < 0.5:
        made["participants"].append({**deepcopy(owner), "purpose": "echo"})


_CHANGES: tuple[Callable[[Json, Random], None], ...] = (
    _unknown_attributes,
    _unknown_words,
    _unknown_metrics,
    _fraction,
    _nulls,
    _repeated_ids,
)


def make_hostile(made: Json, draw: Random) -> None:
    """Change ``made`` in one or more of the ways above; one in three stays as it is."""
    for change in _CHANGES:
        if draw.random() < 0.25:
            change(made, draw)


def add_lone_surrogate(made: Json, draw: Random) -> None:
    """Put half of a UTF-16 pair into an attribute: valid in JSON's grammar, in no encoding."""
    if draw.random() < 0.1:
        owner = made["participants"][0]
        owner["attributes"] = {**(owner.get("attributes") or {}), "emoji": "broken \ud83d here"}
