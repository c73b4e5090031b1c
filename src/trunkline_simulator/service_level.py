"""The service level of a group, by the organisation's three options, and the queues' targets.

help.mypurecloud.com, "Configure the service level calculation": answered within the target over
answered and abandoned, with flow-outs or without, with short abandons or without, with abandons
at all or without. The options apply to the past too.
"""

from __future__ import annotations

from collections.abc import Mapping

from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.settings import ServiceLevel

SOURCES = ("nOffered", "nOverSla", "tAnswered", "tAbandon", "tShortAbandon", "tFlowOut")


def service_level(options: ServiceLevel, counts: Mapping[str, float], target: float | None) -> Json:
    """The stats of oServiceLevel; no ratio where nothing counts, no target where there is none.

    Short abandons are abandons: with abandons left out there are none to leave out again.
    """
    answered = counts.get("tAnswered", 0)
    within = answered - counts.get("nOverSla", 0)
    of = answered
    if options.abandons:
        of += counts.get("tAbandon", 0)
        of -= 0 if options.short_abandons else counts.get("tShortAbandon", 0)
    if options.flow_outs:
        of += counts.get("tFlowOut", 0)
    made: Json = {"numerator": float(within), "denominator": float(of)}
    if of:
        made = {"ratio": within / of, **made}
    return made if target is None else {**made, "target": target}
