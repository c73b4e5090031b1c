"""Several organisations side by side: all come to their end, whatever becomes of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from trunkline.config import Settings
from trunkline.engine.options import Options
from trunkline.errors import CostGuard, SqlError, TrunklineError
from trunkline.planner.plans import Plans

T = TypeVar("T")


async def together(works: Mapping[str, Coroutine[Any, Any, T]], *, named: bool) -> dict[str, T]:
    """What the work of each organisation comes to, by its name.

    Where some fail, the first error that is not of ours, else the first, which then has the
    messages of all; ``named`` where messages must say whose they are.
    """
    if len(works) == 1:
        ((name, work),) = works.items()
        try:
            return {name: await work}
        except TrunklineError as error:
            raise _name({name: error}, named=named) from error.__cause__
    ended = await asyncio.gather(*works.values(), return_exceptions=True)
    return _done(dict(zip(works, ended, strict=True)), named=named)


def each_of(names: Iterable[str], look: Callable[[str], T], *, named: bool) -> dict[str, T]:
    """The same of work that nothing is awaited in."""
    ended: dict[str, T | BaseException] = {}
    for name in names:
        try:
            ended[name] = look(name)
        except TrunklineError as error:
            ended[name] = error
    return _done(ended, named=named)


def _done(ended: Mapping[str, T | BaseException], *, named: bool) -> dict[str, T]:
    done: dict[str, T] = {}
    failed: dict[str, TrunklineError] = {}
    for name, result in ended.items():
        if isinstance(result, TrunklineError):
            failed[name] = result
        elif isinstance(result, BaseException):
            raise result
        else:
            done[name] = result
    if failed:
        raise _name(failed, named=named)
    return done


def _name(failed: Mapping[str, TrunklineError], *, named: bool) -> TrunklineError:
    """The first error, with the messages of all; ``named`` where they do not say whose they are."""
    first = next(iter(failed.values()))
    if not isinstance(first, SqlError | CostGuard):
        of = "{name}: {said}" if named else "{said}"
        said = (of.format(name=name, said=error.message) for name, error in failed.items())
        first.message = "; ".join(said)
        first.args = (first.message,)
    return first


@dataclass(frozen=True, slots=True)
class Allowance:
    """The requests that a run may take: of all organisations together, and of each."""

    total: int
    each: Mapping[str, int]


def allowance(settings: Mapping[str, Settings], plans: Plans, options: Options) -> Allowance:
    """What a run may take; CostGuard where its plans would take more.

    Together as much as any of the organisations may be asked, of each no more than its own limit;
    where the user agreed to more, four times the estimate.
    """
    each = {n: options.most_requests(own) for n, own in settings.items()}
    most = Allowance(max(each.values()), each)
    guard = _exceeded(most, plans)
    if guard is None:
        return most
    if options.agreed(plans):
        wide = {n: max(most.each[n], 4 * plans.each[n].requests) for n in each}
        return Allowance(4 * plans.requests, wide)
    raise guard


def _exceeded(most: Allowance, plans: Plans) -> CostGuard | None:
    if plans.requests > most.total:
        return _guard(plans.requests, most.total, "")
    for name, limit in most.each.items():
        if plans.each[name].requests > limit:
            return _guard(plans.each[name].requests, limit, f" of {name}")
    return None


def _guard(requests: int, most: int, whose: str) -> CostGuard:
    return CostGuard(
        f"this would take at least {requests:,} requests{whose}; the limit{whose} is {most:,}",
        hint="Ask for a shorter interval, or allow it with --max-requests. "
        "Requests are billed by the provider.",
    )
