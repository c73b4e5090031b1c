"""Where a plan asks for what the provider adds up, in place of the days that it would fetch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from trunkline.emissions import Emissions
from trunkline.planner.aggregates.aggregated import Aggregated
from trunkline.planner.aggregates.rule import aggregated, reads_emissions
from trunkline.planner.aggregates.scene import Unfit
from trunkline.planner.demands import matters
from trunkline.planner.nodes import Query, TableNode
from trunkline.planner.plan import Context, Plan
from trunkline.planner.relations import of_table
from trunkline.wording import counted


def in_place(plan: Plan, query: Query, context: Context, notices: Iterable[str]) -> Plan:
    """The plan with aggregates where they are the same and save requests; else as it is.

    Nothing is asked for where all is held. ``notices`` are those that stay: not of the days.
    """
    declared = context.emissions
    if declared is None or context.covered or not reads_emissions(query, declared):
        return plan
    if not any(need.gap for need in plan.needs if need.dataset.name == declared.dataset):
        return plan
    try:
        found = aggregated(query, declared, context.constant, context.time_zone, context.policy)
        return _asking(plan, _worth(found, plan), notices)
    except Unfit as no:
        return replace(plan, unfit=str(no)) if _is_bounded(query, declared) else plan


def _worth(found: Aggregated, plan: Plan) -> Aggregated:
    name = found.declared.dataset
    jobs = [fetch for fetch in plan.fetches if fetch.dataset.name == name]
    saves = sum(job.requests for job in jobs)
    saves += sum(tail.requests for tail in plan.tails if tail.dataset.name == name)
    saves += sum(again.requests for again in plan.reopened if again.dataset.name == name)
    if found.requests >= saves:
        took = counted(found.requests, "request")
        raise Unfit(f"they would take {took}, and the days at least {saves:,}")
    return replace(found, jobs=len(jobs), saves=saves)


def _asking(plan: Plan, found: Aggregated, notices: Iterable[str]) -> Plan:
    """The same of everything but the dataset of the emissions."""
    name = found.declared.dataset
    return replace(
        plan,
        scans=(),
        needs=tuple(need for need in plan.needs if need.dataset.name != name),
        fetches=tuple(fetch for fetch in plan.fetches if fetch.dataset.name != name),
        tails=tuple(tail for tail in plan.tails if tail.dataset.name != name),
        reopened=tuple(again for again in plan.reopened if again.dataset.name != name),
        filters=tuple(item for item in plan.filters if item.dataset.name != name),
        outlived=(),
        notices=tuple(dict.fromkeys(notices)),
        aggregated=found,
    )


def _is_bounded(query: Query, declared: Emissions) -> bool:
    """Whether any reference to the emissions is bounded by their moment."""
    for node in query.nodes:
        if isinstance(node, TableNode) and not node.through and node.table.name == declared.table:
            output = of_table(node.table, node.number, node.organization).output(declared.moment)
            if output and output.lineage:
                spans = matters(query, node, output.lineage.track)
                if spans.parts and spans.has_start and spans.has_end:
                    return True
    return False
