"""Names of organisations: what they may be, and what the variables of one begin with.

A name is a schema in SQL and a part of environment variables. Words that SQL keeps for itself are
refused where the catalogues are made, by the engine that knows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from trunkline.catalog import closest
from trunkline.errors import ConfigError

if TYPE_CHECKING:
    from trunkline.config import GenesysSettings

Described = tuple[str, str, str, str]
Values = Callable[[type[Any], Any, str, str], dict[str, Any]]
"""The values of a kind of settings: its table, what stands before its names and its variables."""

GENESYS = "genesys"
"""The organisation that ``[genesys]`` and ``GENESYS_…`` mean."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
# Schemas of ours and of the engine's, and the vendor whose own variables will mean one.
_TAKEN = frozenset(
    {
        "bi", "finance", "metrics", "trunkline", "local", "main", "temp", "system", "memory",
        "talkdesk", "information_schema", "pg_catalog",
    }
)  # fmt: skip
_ENDS = ("_bi", "_finance", "_metrics")


def checked_name(name: str) -> str:
    """The name of an organisation; ConfigError where it cannot be one."""
    if not _NAME.match(name):
        raise ConfigError(
            f"an organisation cannot be called {name!r}",
            hint="A name has lower-case letters, digits and underscores, begins with a letter and "
            "has at most 40 characters: it is a schema in SQL.",
        )
    if name in _TAKEN or name.endswith(_ENDS):
        raise ConfigError(
            f"an organisation cannot be called {name!r}: that schema is for something else",
            hint=f"Choose another name, for example {name.partition('_')[0]}_org.",
        )
    return name


def prefix_of(name: str) -> str:
    """What the environment variables of an organisation begin with."""
    return "GENESYS_" if name == GENESYS else f"TRUNKLINE_{name.upper()}_"


def _own(default: Any, description: str) -> Any:
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What an organisation may have of its own beside its account; its default is the common one.

    The values here give the types alone.
    """

    provider: str = _own(GENESYS, "whose API it answers; only genesys so far")
    rate_share: float = _own(1.0, "part of its rate limit that may be used")
    max_requests: int = _own(5_000, "requests one query may take of it without being asked")
    jobs_in_flight: int = _own(16, "its jobs under way at once")
    service_level_flow_outs: bool = _own(False, "its option Include Flowouts")
    service_level_short_abandons: bool = _own(True, "its option Include Short Abandons")
    service_level_abandons: bool = _own(True, "its option Include Abandons")


@dataclass(frozen=True, slots=True)
class Organization:
    """One of several organisations: its account, and the limits that are its own."""

    name: str
    genesys: GenesysSettings
    limits: Mapping[str, Any] = field(default_factory=dict, hash=False)


def organizations_of(
    told: Any, file: str, account: type[GenesysSettings], values: Values, taken: Collection[str]
) -> tuple[Organization, ...]:
    """Those of the table ``organizations``; ConfigError where one cannot be.

    ``values`` reads a kind of settings; ``taken`` are variables that mean something else.
    """
    if not isinstance(told, dict):
        raise ConfigError(f"{file}: [organizations] must be a table of tables")
    for name, table in told.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{file}: [organizations.{name}] must be a table")
        variables = {variable for _, variable, _, _ in described_of(checked_name(name), account)}
        if name != GENESYS and (clash := sorted(variables & {*taken})):
            raise ConfigError(f"an organisation cannot be called {name!r}: {clash[0]} is a setting")
    return tuple(_organization(name, table, account, values) for name, table in told.items())


def _organization(
    name: str, table: dict[str, Any], account: type[GenesysSettings], values: Values
) -> Organization:
    prefix, variable = f"organizations.{name}.", prefix_of(name)
    own = {item.name for item in fields(Own)}
    told = {key: value for key, value in table.items() if key not in own}
    found = account(**values(account, told, prefix, variable), variables=variable)
    mine = {key: value for key, value in table.items() if key in own}
    limits = values(Own, mine, prefix, variable)
    if limits.pop("provider", GENESYS) != GENESYS:
        raise ConfigError(f"{prefix}provider must be {GENESYS}")
    return Organization(name, found, limits)


def described(kind: type[Any], prefix: str, variable: str) -> tuple[Described, ...]:
    """Each setting of a kind: name in the file, in the environment, default and description."""
    return tuple(
        (
            prefix + item.name,
            variable + item.name.upper(),
            "" if kind is Own else str(item.default),
            str(item.metadata["description"]),
        )
        for item in fields(kind)
        if "description" in item.metadata
    )


def described_of(name: str, account: type[GenesysSettings]) -> tuple[Described, ...]:
    """Each setting of an organisation, in the same way."""
    prefix, variable = f"organizations.{name}.", prefix_of(name)
    return (*described(account, prefix, variable), *described(Own, prefix, variable))


def default_first(organizations: Sequence[Organization], default: str) -> tuple[Organization, ...]:
    """The organisations, the default one first; ConfigError where there is none of its name."""
    names = [one.name for one in organizations] or [GENESYS]
    if default and default not in names:
        near = closest(default, names)
        raise ConfigError(
            f"default_organization is {default}, and no organisation of that name is configured",
            hint=f"Did you mean {near}?" if near else f"There are {', '.join(names)}.",
        )
    return tuple(sorted(organizations, key=lambda one: bool(default) and one.name != default))
