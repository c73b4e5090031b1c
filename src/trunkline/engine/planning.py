"""Plans anew, as often as a run needs it, by what is held at that time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Protocol

import pyarrow as pa

from trunkline.emissions import Emissions
from trunkline.engine.asking import Asked, by_name
from trunkline.engine.fetching import Parts
from trunkline.engine.holdings import holdings, last_known
from trunkline.engine.judgement import checked_zone, limits_of, pushdown_of
from trunkline.engine.keeping import require_kept
from trunkline.engine.local import local_tables, named_ones
from trunkline.engine.masking import Told, numbers_left, tokens_of
from trunkline.engine.options import Options, Served
from trunkline.engine.relating import every_relation
from trunkline.engine.shares import shares
from trunkline.engine.syncing import Wish, intervals_of, lists_of, tables_of
from trunkline.errors import UsageError
from trunkline.interval import to_millisecond
from trunkline.lake import constants
from trunkline.lake.gate import check
from trunkline.lake.given import Given, sample
from trunkline.lake.session import bound, described
from trunkline.planner import meaning_of, plan_of
from trunkline.planner.plan import Context, Plan
from trunkline.planner.wanting import wanting
from trunkline.providers.genesys.emissions import EMISSIONS

Fingerprints = Mapping[str, str]
"""Under what days are fetched, by the dataset's name."""


class Planner(Protocol):
    """Plans anew, by what is held at that time."""

    def __call__(self, fingerprints: Fingerprints, *, fetched: bool = False) -> Plan:
        """By the fingerprints of today; ``fetched`` where the jobs of the run are done."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """What one organisation is to do for a text or a wish: with which parts, by which plan.

    ``of_days`` plans the same without having anything added up by the provider.
    """

    parts: Parts
    planned: Planner
    of_days: Planner | None = None

    @property
    def without_aggregates(self) -> Task:
        """The task of fetching days, whatever else might be asked for."""
        return replace(self, planned=self.of_days or self.planned)


def task_of(parts: Parts, asked: Asked) -> Task:
    """What an organisation is to do for a text."""
    by_days = replace(asked, options=replace(asked.options, aggregates=False))
    return Task(parts, partial(plan_query, parts, asked), partial(plan_query, parts, by_days))


@contextmanager
def asking(parts: Parts, sql: str, options: Options) -> Iterator[Asked]:
    """A text that can be asked; what it means by now is the same until it is answered.

    Raises what ``bound`` does.
    """
    zone, given = zone_of(parts, options), given_of(parts, options)
    reader = options.who(parts.settings)
    limits = limits_of(parts.settings, reader.limits, options.served)
    left = cache(partial(numbers_left, reader, parts.store.journal, parts.seams.clock.now()))
    tokens = Told(tokens_of(parts.policy, reader), left)
    local, schema = local_tables(parts.settings, sql), parts.catalogs.default.schema
    relations = every_relation(parts, reader, local)
    with bound(sql, relations, schema, zone, limits, tokens, given) as (_, session):
        constant = cache(constants.evaluator_of(session))
        named = check(sql, relations, schema).opened
        own = named_ones(local, named)
        meant = partial(meaning_of, sql, parts.catalogs, constant, by_name(given.parameters))
        yield Asked(sql, options, zone, given, constant, cache(meant), named, own, tokens.count)


def describe(parts: Parts, sql: str, options: Options) -> pa.Schema:
    """The columns of a text's answer; of its parameters only the types matter.

    Raises what ``bound`` does.
    """
    zone, given = zone_of(parts, options), given_of(parts, options)
    reader = options.who(parts.settings)
    limits = limits_of(parts.settings, reader.limits, options.served)
    tokens, schema = tokens_of(parts.policy, reader), parts.catalogs.default.schema
    samples = replace(given, parameters=tuple(map(sample, given.types)))
    relations = every_relation(parts, reader, local_tables(parts.settings, sql))
    return described(sql, relations, schema, zone, limits, tokens, samples)


def given_of(parts: Parts, options: Options) -> Given:
    """The instant that a text is asked at, and its parameters."""
    served = options.served or Served()
    return Given(served.now or parts.seams.clock.now(), options.parameters, served.types)


def plan_query(
    parts: Parts, asked: Asked, fingerprints: Fingerprints, *, fetched: bool = False
) -> Plan:
    """The plan of what a text reads of an organisation; UnboundedScan and its kin."""
    snapshot = snapshot_of(parts, asked.options.as_of)
    held = holdings(parts.lake, parts.store, parts.organization, fingerprints, snapshot)
    own = asked.options.who(parts.settings).limits
    settle, limits = parts.settings.settle_time, limits_of(parts.settings, own)
    context = replace(
        context_of(parts, asked.time_zone, fingerprints, asked.options),
        constant=asked.constant,
        parameters=by_name(asked.given.parameters),
        fetched=fetched,
        pushdown=pushdown_of(asked.options.pushdown or parts.settings.pushdown),
        share=shares(parts.lake, parts.catalog, snapshot, held, settle, limits),
        emissions=_added_up(parts, asked.options),
    )
    return plan_of(asked.meaning(), parts.catalog.schema, held, context)


def _added_up(parts: Parts, options: Options) -> Emissions | None:
    """What may be asked for in sums; nothing where days are to be compared with their counts."""
    chosen = parts.settings.aggregates if options.aggregates is None else options.aggregates
    return EMISSIONS if chosen and not options.verify else None


def plan_wish(
    parts: Parts,
    wish: Wish,
    options: Options,
    began: datetime,
    fingerprints: Fingerprints,
    *,
    fetched: bool = False,
) -> Plan:
    """The plan of a ``sync`` that began at an instant; UnknownRelation where it names no table."""
    context = replace(
        context_of(parts, zone_of(parts, options), fingerprints, options),
        refresh_before=began if wish.refresh else None,
        recheck=parts.settings.recheck_time if wish.recheck else None,
        fetched=fetched,
    )
    held = holdings(parts.lake, parts.store, parts.organization, fingerprints)
    tables, lists = tables_of(wish, parts.catalog), lists_of(wish, parts.catalog, held)
    datasets = dict.fromkeys(table.dataset for table in tables)
    intervals = {of.name: intervals_of(wish, of, held, context.now) for of in datasets}
    return wanting(tables, lists, intervals, held, context)


def context_of(parts: Parts, zone: str, fingerprints: Fingerprints, options: Options) -> Context:
    """What every plan depends on beside its text or wish; no constant has a value."""
    settings = parts.settings
    return Context(
        now=to_millisecond(parts.seams.clock.now()),
        time_zone=zone,
        constant=lambda _: None,
        fingerprints=fingerprints,
        settle=settings.settle_time,
        refresh_after=settings.refresh_time,
        lookback=timedelta(days=settings.lookback),
        covered=options.held_only,
        tail=settings.tail if options.tail is None else options.tail,
        policy=parts.policy,
        has_client=settings.genesys.configured,
        list_age=settings.list_age,
    )


def zone_of(parts: Parts, options: Options) -> str:
    """The time zone of dates without one; UsageError where there is none of its name."""
    return checked_zone(options.time_zone or parts.settings.timezone)


def snapshot_of(parts: Parts, as_of: int | datetime | None) -> int:
    """The snapshot to read, the newest by default; UsageError where it is not there any more."""
    newest = parts.lake.catalogue.latest()
    if isinstance(as_of, datetime):
        as_of = parts.lake.catalogue.snapshot_at(as_of)
    if as_of is None:
        return newest
    if not 0 <= as_of <= newest:
        raise UsageError(f"there is no snapshot {as_of}", hint=f"The newest is {newest}.")
    require_kept(parts, as_of)
    return as_of


def last_fingerprints(parts: Parts) -> Fingerprints:
    """Those of today, with the rights that were known when each dataset was last fetched."""
    return last_known(parts.lake, parts.store, parts.organization, parts.fingerprints)
