"""The provider's own counts of held days, asked for one by one and kept for the certificates."""

from __future__ import annotations

from collections.abc import Callable

from trunkline.engine.certificate import Tally
from trunkline.engine.events import Observe
from trunkline.engine.fetching import Meter, Parts
from trunkline.engine.options import Options
from trunkline.engine.planning import context_of
from trunkline.engine.registry import counted_by_provider
from trunkline.engine.running import writer
from trunkline.engine.verifying import Verified, countable, guarded, to_verify
from trunkline.errors import UsageError
from trunkline.interval import day_span
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.freshness import Counted
from trunkline.planner.plan import Plan

BESIDES = 6  # a token and whatever is repeated

Chosen = Callable[[], tuple[tuple[CoveredDay, ...], int]]
"""The days to count, and how many are too old for that."""


def allow(parts: Parts, plan: Plan, options: Options) -> None:
    """Raise, before anything is requested, where a run cannot be verified or that takes too much.

    UsageError with options that request nothing; CostGuard where the plan's requests and one for
    each day are more than allowed.
    """
    if options.held_only:
        raise UsageError(
            "what requests nothing cannot be verified with the provider",
            hint="Leave out --verify, or --covered and --as-of.",
        )
    dataset, context = (
        counted_by_provider(parts.catalog),
        context_of(parts, plan.time_zone, {}, options),
    )
    days = countable(plan.wanted.get(dataset.name, ()), dataset, context)
    guarded(plan.requests + len(days), options.most_requests(parts.settings))


async def verify_run(
    parts: Parts, plan: Plan, tally: Tally, options: Options, observe: Observe
) -> None:
    """Ask for every final day that a plan is about and that is held whole."""
    dataset = counted_by_provider(parts.catalog)
    wanted = plan.wanted.get(dataset.name, ())

    def chosen() -> tuple[tuple[CoveredDay, ...], int]:
        context = context_of(parts, plan.time_zone, {}, options)
        held = [day for day in parts.lake.coverage(parts.organization) if day.day in wanted]
        return to_verify(held, (None, None), dataset, context)

    if days := chosen()[0]:
        most = tally.total_requests + 2 * len(days) + BESIDES
        await count_days(parts, chosen, Meter(tally, most, observe))


async def count_days(parts: Parts, chosen: Chosen, meter: Meter) -> Verified:
    """Ask for the provider's count of each day, and keep it: one request a day.

    The days are chosen when nobody else writes: what is counted is what is held then.
    """
    dataset, counted = counted_by_provider(parts.catalog), []
    async with writer(parts, meter) as provider:
        days, beyond = chosen()
        for day in days:
            count = await provider.count(dataset, day_span(day.day, day.day))
            now = parts.seams.clock.now()
            counted.append(Counted(dataset.name, day.day, count, day.conversations, now))
            parts.lake.catalogue.fresh.count(parts.organization, counted[-1])
    return Verified(tuple(counted), beyond)
