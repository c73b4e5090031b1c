"""What a plan asks for without a job: the tail, and open records by their keys."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.catalog import WHOLE
from trunkline.planner.moving import Reopen, Tail
from trunkline.planner.plan import Context, Holdings, Need, Scan
from trunkline.planner.reopening import reopened
from trunkline.planner.tail import tail_of


def supplements(
    needs: Sequence[Need], scans: Sequence[Scan], holdings: Holdings, context: Context
) -> tuple[tuple[Tail, ...], tuple[Reopen, ...]]:
    """The tails and the open records that are due, of each dataset that is wanted."""
    needs = [need for need in needs if need.scope == WHOLE]
    tails = {need.dataset.name: tail_of(need, scans, holdings, context) for need in needs}
    again = (reopened(need, holdings, context, tails[need.dataset.name]) for need in needs)
    return tuple(tail for tail in tails.values() if tail), tuple(each for each in again if each)
