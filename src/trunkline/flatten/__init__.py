"""Pages of JSON to masked Arrow tables; pure."""

from __future__ import annotations

from trunkline.flatten.flattener import Flattened, Flattener
from trunkline.flatten.policy import Policy
from trunkline.flatten.slow import Quarantined

__all__ = ["Flattened", "Flattener", "Policy", "Quarantined"]
