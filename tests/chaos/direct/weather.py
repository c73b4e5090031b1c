"""What can be wrong with the provider in a story of aggregates and lists.

Each seed is about one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.chaos.story import Weather
from tests.chaos.weather import BARE, DIVISIONS, KINDS, TOKEN, TOKEN_KINDS
from trunkline_simulator.settings import Client, Fault, FaultKind, Settings

Change = Callable[[Random, Settings], Settings]

SUMS = "POST */aggregates/query"
LISTS = "GET /api/v2/*"
PLACES = ("*", SUMS, SUMS, LISTS, "GET /api/v2/users", "GET */members", TOKEN)
TOO_LARGE: tuple[FaultKind, ...] = ("400", "413")


def weather(draw: Random, provider: Settings) -> Weather:
    """Some of what can be wrong; now and then nothing."""
    changed = provider
    for change, share in ((faults, 0.7), (narrow, 0.5), (rights, 0.2)):
        if draw.random() < share:
            changed = change(draw, changed)
    return Weather(changed)


def featured(draw: Random, provider: Settings, seed: int) -> Weather:
    """What a seed is about, which it has from its first day on."""
    return Weather(FEATURES[seed % len(FEATURES)](draw, provider))


def faults(draw: Random, provider: Settings) -> Settings:
    """Up to three rules that strike requests."""
    return replace(provider, faults=tuple(_fault(draw) for _ in range(draw.randint(1, 3))))


def _fault(draw: Random) -> Fault:
    match = draw.choice(PLACES)
    kinds = {TOKEN: TOKEN_KINDS, SUMS: (*KINDS, *TOO_LARGE, *TOO_LARGE)}.get(match, KINDS)
    kind = draw.choice(kinds)
    share = 1.0 if draw.random() < 0.05 else draw.choice((0.1, 0.25, 0.5))
    return Fault(match, kind, share=share, seconds=_seconds(draw, kind), bare=_bare(draw, kind))


def _bare(draw: Random, kind: FaultKind) -> bool:
    return kind in BARE and draw.random() < 0.5


def _seconds(draw: Random, kind: FaultKind) -> int:
    return draw.choice((5, 20, 700) if kind == "slow" else (0, 1, 5, 40, 100, 700))


def narrow(draw: Random, provider: Settings) -> Settings:
    """Small answers, short lists, a token that does not last, few requests a minute."""
    return replace(
        provider,
        token_seconds=draw.choice((86_400, 86_400, 2, 30)),
        rate_per_minute=draw.choice((300, 300, 60, 20)),
        list_rows=draw.choice((500, 11, 7, 4)),
        aggregate_cells=draw.choice((100_000, 150, 10, 5)),
        aggregate_buckets=draw.choice((3_000, 3_000, 10, 5)),
    )


def rights(draw: Random, provider: Settings) -> Settings:
    """A client that covers other divisions."""
    return replace(provider, clients=(replace(Client(), divisions=draw.choice(DIVISIONS)),))


def _requests_with(kind: FaultKind, match: str, *, bare: bool = False) -> Change:
    def change(draw: Random, provider: Settings) -> Settings:
        share, seconds = draw.choice((0.2, 0.4)), _seconds(draw, kind)
        return replace(
            provider, faults=(Fault(match, kind, share=share, seconds=seconds, bare=bare),)
        )

    return change


def _with(**settings: object) -> Change:
    return lambda _, provider: replace(provider, **settings)  # type: ignore[arg-type]


def _refused(match: str) -> Change:
    """Lists that nobody can have."""
    return lambda draw, provider: replace(
        provider, faults=(Fault(match, draw.choice(("500", "503", "403")), share=1.0),)
    )


FEATURES: tuple[Change, ...] = (
    *(_requests_with(kind, SUMS) for kind in (*KINDS, *TOO_LARGE)),
    *(_requests_with(kind, LISTS) for kind in KINDS),
    *(_requests_with(kind, SUMS, bare=True) for kind in BARE),
    *(_requests_with(kind, TOKEN) for kind in TOKEN_KINDS),
    _refused("GET /api/v2/routing/*"),
    _refused("GET /api/v2/[ftup]*"),
    _refused("GET */members"),
    _with(token_seconds=2),
    _with(rate_per_minute=20),
    _with(list_rows=4),
    _with(list_rows=4),
    _with(list_rows=11),
    _with(aggregate_cells=5),
    _with(aggregate_cells=10),
    _with(aggregate_cells=150, list_rows=7),
    _with(aggregate_buckets=10),
    _with(aggregate_buckets=1),
    _with(aggregate_buckets=5, list_rows=4),
    _with(clients=(replace(Client(), divisions=frozenset({"EMEA"})),)),
)
