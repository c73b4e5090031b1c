"""Service level and the other figures that a contact centre is run by, as declared views.

Pure: values in, views out. What the views read is named as the organisation's tables are.
"""

from __future__ import annotations

from trunkline.metrics import agent_interactions, agent_kpis, detail, queue_kpis, service_level
from trunkline.metrics.grains import GRAINS
from trunkline.metrics.options import Options
from trunkline.views import View

SCHEMA = "metrics"
__all__ = ["SCHEMA", "Options", "views"]


def views(options: Options, minutes: int) -> tuple[View, ...]:
    """The views of the schema, over intervals of so many minutes; none is finer than those."""
    grains = [grain for grain in GRAINS if grain.minutes in (0, *range(minutes, 61))]
    return (
        *(service_level.view(grain, options) for grain in grains),
        detail.events(options, minutes),
        detail.cohort(options, minutes),
        *(queue_kpis.view(grain) for grain in grains),
        *(agent_kpis.view(grain) for grain in grains),
        *(agent_interactions.view(grain) for grain in grains),
    )
