"""Settings: ``trunkline.toml``, then ``.env``, then the environment; each described once, here.

The environment wins over ``.env``, and both win over the file. Secrets are accepted from the
environment, ``.env`` or the file, and never printed: their fields are left out of ``repr``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trunkline.catalog import closest
from trunkline.errors import ConfigError
from trunkline.layers import Layer, converted, dotenv_of, expanded, source_of, table_of
from trunkline.organizations import (
    GENESYS,
    Described,
    Organization,
    default_first,
    described,
    described_of,
    organizations_of,
)
from trunkline.role_settings import roles_of
from trunkline.roles import Role, RoleSettings
from trunkline.secrets import is_told, names_of, without_outdone

FILE = "trunkline.toml"
_NO_SETTINGS = ("TRUNKLINE_CONFIG", "TRUNKLINE_DEBUG")
PUSHDOWNS = ("auto", "never", "always")
HOME = Path(".trunkline")
AGGREGATE_MINUTES = (5, 15, 30, 60)

# DuckDB's units: KB is 1,000 bytes and KiB 1,024.
_MEMORY = re.compile(r"(?P<number>[0-9]+(\.[0-9]+)?)\s*(?P<unit>[KMGT])(?P<binary>I?)B\Z")
_LEAST_MEMORY, _MOST_MEMORY = 32 * 10**6, 1024**5  # below the first, DuckDB may not even begin
_DECADE = 10 * 366 * 86_400
_BOUNDS = {
    "refresh_after": (0, _DECADE),
    "reference_refresh_after": (0, _DECADE),
    "settle": (0, _DECADE),
    "recheck": (0, _DECADE),
    "lookback": (0, 3_660),
    "max_requests": (1, 1_000_000_000),
    "max_rows": (0, 1_000_000_000_000),
    "query_seconds": (1, _DECADE),
    "jobs_in_flight": (1, 1_000),
    "keep_history": (1, 36_500),
}


def _setting(default: Any, description: str) -> Any:
    return field(default=default, metadata={"description": description})


def _secret(description: str) -> Any:
    return field(default="", repr=False, metadata={"description": description, "secret": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class GenesysSettings:
    """The account in one Genesys Cloud organisation; ``variables`` is what theirs begin with."""

    client_id: str = _setting("", "id of the OAuth client (grant type client credentials)")
    client_secret: str = _secret("secret of the OAuth client")
    client_secret_file: str = _setting("", "file that holds it, and nothing else")
    client_secret_keyring: str = _setting("", "entry of the system's keyring: service/name")
    region: str = _setting("", "region code, AWS region, login URL or domain")
    org: str = _setting("", "short name of the organisation; checked by `trunkline doctor`")
    api_url: str = _setting("", "API host, where it does not follow from the region")
    login_url: str = _setting("", "login host, where it does not follow from the region")
    variables: str = "GENESYS_"

    @property
    def configured(self) -> bool:
        """Whether there is enough to connect."""
        hosts = self.region or (self.api_url and self.login_url)
        return bool(self.client_id and is_told(self, "client_secret") and hosts)


@dataclass(frozen=True, slots=True)
class MaskingRules:
    """The rules of masking as they are written, and where: resolved against the catalogue later."""

    where: str = f"[masking] in {FILE}"
    told: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Durations are in seconds.

    ``secrets_in`` are the files that a secret itself stands in.
    """

    home: Path = _setting(HOME, "data directory, made with mode 0700")  # noqa: RUF009 (immutable)
    timezone: str = _setting("UTC", "time zone of dates without one, in plans and answers")
    refresh_after: int = _setting(900, "seconds after which a provisional day is fetched again")
    reference_refresh_after: int = _setting(
        86_400, "seconds after which a whole list (users, queues) is fetched again"
    )
    settle: int = _setting(259_200, "seconds past a day that make it final, by the watermark")
    recheck: int = _setting(
        3_024_000, "seconds past a day after which `sync --recheck` fetches it once more"
    )
    tail: bool = _setting(True, "ask for what is past the watermark, too")
    lookback: int = _setting(
        31, "days before a bound on another time of a conversation that it may have started"
    )
    max_requests: int = _setting(5_000, "requests one query may take without being asked")
    max_rows: int = _setting(0, "rows one answer may have; 0 for no limit")
    query_seconds: int = _setting(600, "seconds one query may run after its data is there")
    query_memory: str = _setting("2GB", "memory one query may use")
    rate_share: float = _setting(1.0, "part of the provider's rate limit that may be used")
    jobs_in_flight: int = _setting(16, "jobs under way at once")
    pushdown: str = _setting("auto", "filters sent to the provider: auto, never or always")
    aggregates: bool = _setting(
        True, "ask the provider for sums of metrics where they are the same, and not for days"
    )
    aggregate_minutes: int = _setting(15, "length of the intervals of aggregates: 5, 15, 30 or 60")
    service_level_flow_outs: bool = _setting(
        False, "the provider's option Include Flowouts: flow-outs count in service levels"
    )
    service_level_short_abandons: bool = _setting(
        True, "its option Include Short Abandons: short abandons count, as abandons do"
    )
    service_level_abandons: bool = _setting(
        True, "its option Include Abandons: abandons count in service levels"
    )
    keep_history: int = _setting(90, "days that runs and requests stay in `trunkline.runs`")
    role: str = _setting("administrator", "who asks: administrator, analyst or finance")
    local: str = _setting("", "folder of Parquet and CSV files: the tables of the schema `local`")
    policy: str = _setting("", "file of masking rules, in place of the table `[masking]`")
    token_key: str = _secret("key of the tokens that stand beside numbers")
    token_key_file: str = _setting("", "file that holds it, and nothing else")
    token_key_keyring: str = _setting("", "entry of the system's keyring: service/name")
    phone_region: str = _setting("", "country of numbers without one: AU, GB, US, ...")
    default_organization: str = _setting(
        "", "the organisation that names without a schema mean; by default the first"
    )
    masking: MaskingRules = field(default_factory=MaskingRules)
    roles: Mapping[Role, RoleSettings] = field(default_factory=dict, hash=False)
    genesys: GenesysSettings = field(default_factory=GenesysSettings)
    secrets_in: tuple[Path, ...] = field(default=(), compare=False)
    organization: str = GENESYS
    organizations: tuple[Organization, ...] = ()

    @property
    def each(self) -> tuple[Settings, ...]:
        """The settings of each organisation, as if it were the only one; the default one first."""
        return tuple(map(self._of, self.organizations)) or (self,)

    def _of(self, one: Organization) -> Settings:
        own = replace(self, organization=one.name, organizations=(), genesys=one.genesys)
        return replace(own, **one.limits)

    def told_of(self, role: Role) -> RoleSettings:
        """What is said of a role; nothing where it has no table."""
        return self.roles.get(role, RoleSettings())

    @property
    def settle_time(self) -> timedelta:
        """``settle`` as a duration."""
        return timedelta(seconds=self.settle)

    @property
    def history_time(self) -> timedelta:
        """``keep_history`` as a duration."""
        return timedelta(days=self.keep_history)

    @property
    def recheck_time(self) -> timedelta:
        """``recheck`` as a duration."""
        return timedelta(seconds=self.recheck)

    @property
    def list_age(self) -> timedelta:
        """``reference_refresh_after`` as a duration."""
        return timedelta(seconds=self.reference_refresh_after)

    @property
    def refresh_time(self) -> timedelta:
        """``refresh_after`` as a duration."""
        return timedelta(seconds=self.refresh_after)


def load(
    environment: Mapping[str, str],
    *,
    directory: Path,
    config: Path | None = None,
    text: str | None = None,
) -> Settings:
    """Read the settings. ConfigError where one is unknown in the file or has a wrong value.

    ``directory`` is where the files are looked for; ``text`` is what the file is to say, where it
    is not written yet. An empty variable is as good as none.
    """
    dotenv = dotenv_of(directory / ".env")
    merged = dotenv | {k: v for k, v in environment.items() if v}
    named = config or _path(merged.get("TRUNKLINE_CONFIG"))
    file = str(named or FILE)
    if text is None:
        table = table_of(directory / file, required=named is not None)
    else:
        table = tomllib.loads(text)
    told = ((directory / file, table), (directory / ".env", dotenv))
    secrets_in = tuple(path for path, names in told if _tells_a_secret(names))
    inner, written = table.pop("genesys", {}), table.pop("masking", None)
    organizations, roles = table.pop("organizations", {}), table.pop("roles", {})
    genesys = _values(GenesysSettings, Layer(file, inner, "genesys.", merged, "GENESYS_"))
    settings = _values(Settings, Layer(file, table, "", merged, "TRUNKLINE_"))
    masking = _masking(settings.get("policy", ""), written, directory, file)
    read = Settings(
        **settings,
        masking=masking,
        roles=roles_of(roles, file, check_memory),
        genesys=GenesysSettings(**genesys),
        secrets_in=secrets_in,
    )

    def values(kind: type[Any], of: Any, prefix: str, variable: str) -> dict[str, Any]:
        return _values(kind, Layer(file, of, prefix, merged, variable))

    taken = frozenset(variable for _, variable, _, _ in describe())
    others = organizations_of(organizations, file, GenesysSettings, values, taken)
    if inner and GENESYS in organizations:
        raise ConfigError(f"{file}: [genesys] and [organizations.genesys] are the same one")
    if others and GENESYS not in organizations and read.genesys != GenesysSettings():
        others = (Organization(GENESYS, read.genesys), *others)
    found = default_first(others, read.default_organization)
    whole = replace(_checked(read), organizations=found)
    for each in whole.each:
        _checked(each, f"organizations.{each.organization}.")
    return whole


def file_of(environment: Mapping[str, str], *, directory: Path, config: Path | None = None) -> Path:
    """The file that ``load`` reads with these."""
    merged = dotenv_of(directory / ".env") | {k: v for k, v in environment.items() if v}
    return directory / (config or _path(merged.get("TRUNKLINE_CONFIG")) or FILE)


def _tells_a_secret(told: Mapping[str, Any]) -> bool:
    """Whether a secret itself stands in a table, one within it, or among variables."""
    endings = (*names_of(Settings), *names_of(GenesysSettings))
    return any(
        name.lower().endswith(endings) or (isinstance(value, dict) and _tells_a_secret(value))
        for name, value in told.items()
    )


def unknown_variables(
    environment: Mapping[str, str], *, directory: Path, organizations: Iterable[str] = ()
) -> tuple[tuple[str, str | None], ...]:
    """Variables that look like settings and are none, each with the one that may be meant.

    No error: an environment is shared with other programs, and with other versions of this one.
    """
    known = {*_NO_SETTINGS, *(variable for _, variable, _, _ in describe())}
    for name in organizations:
        known |= {variable for _, variable, _, _ in describe_organization(name)}
    given = dotenv_of(directory / ".env") | {k: v for k, v in environment.items() if v}
    found = []
    for name in sorted(given.keys() - known):
        prefix, _, rest = name.partition("_")
        after = f"{prefix.upper()}_"
        if after in {"TRUNKLINE_", "GENESYS_"}:
            rests = (other.removeprefix(after).lower() for other in known if after in other)
            near = closest(rest, rests)
            found.append((name, after + near.upper() if near else None))
    return tuple(found)


def describe() -> tuple[Described, ...]:
    """Each setting as name in the file, name in the environment, default and description."""
    return (
        *described(Settings, "", "TRUNKLINE_"),
        *described(GenesysSettings, "genesys.", "GENESYS_"),
    )


def describe_organization(name: str) -> tuple[Described, ...]:
    """Each setting of one of several organisations, in the same way."""
    return described_of(name, GenesysSettings)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _masking(policy: str, written: Any, directory: Path, file: str) -> MaskingRules:
    """The rules of a file of their own, or of the table."""
    if policy and written is not None:
        raise ConfigError(
            f"masking rules stand in [masking] of {file} and in {policy}",
            hint="Leave out either the table or the setting policy.",
        )
    if policy:
        path = expanded(Path(policy))
        return MaskingRules(str(path), table_of(directory / path, required=True))
    if not isinstance(written, dict | None):
        raise ConfigError(f"{file}: [masking] must be a table")
    return MaskingRules(f"[masking] in {file}", written or {})


def _values(kind: type[Any], layer: Layer) -> dict[str, Any]:
    if not isinstance(layer.table, dict):
        raise ConfigError(f"{layer.file}: [{layer.prefix.rstrip('.')}] must be a table")
    known = {item.name: item for item in fields(kind) if "description" in item.metadata}
    for name in layer.table:
        if name not in known:
            named = ("genesys", "masking", "roles", *(setting for setting, *_ in describe()))
            near = closest(layer.prefix + name, (*named, *(layer.prefix + one for one in known)))
            raise ConfigError(
                f"{layer.file}: there is no setting {layer.prefix}{name}",
                hint=f"Did you mean {near}?" if near else None,
            )
    set_apart = without_outdone(kind, layer.table, layer.environment, layer.variable, layer.place)
    layer = replace(layer, table=set_apart)
    found: dict[str, Any] = {}
    for name, item in known.items():
        source = source_of(name, layer)
        if source is not None:
            found[name] = converted(item.default, source)
    return found


def zone_exists(name: str) -> bool:
    """Whether the time zone database has it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones
        return False
    return True


def _checked(settings: Settings, prefix: str = "") -> Settings:
    if not zone_exists(settings.timezone):
        raise ConfigError(
            f"there is no time zone {settings.timezone!r}",
            hint="Use an IANA name such as Europe/Berlin or UTC.",
        )
    if not 0 < settings.rate_share <= 1:
        raise ConfigError(f"{prefix}rate_share must be above 0 and at most 1")
    if settings.pushdown not in PUSHDOWNS:
        raise ConfigError("pushdown must be auto, never or always")
    if settings.aggregate_minutes not in AGGREGATE_MINUTES:
        raise ConfigError("aggregate_minutes must be 5, 15, 30 or 60")
    check_memory(settings.query_memory)
    for name, (least, most) in _BOUNDS.items():
        if not least <= getattr(settings, name) <= most:
            raise ConfigError(f"{prefix}{name} must be between {least:,} and {most:,}")
    return settings


def memory_bytes(text: str, name: str = "query_memory") -> int:
    """A size as DuckDB reads it; ConfigError that has its name where it is none."""
    read = _MEMORY.match(text.upper())
    if read is None:
        raise ConfigError(
            f"{name} must be a number and a unit", hint="For example 512MB, 2GB or 1.5GiB."
        )
    step = 1024 if read["binary"] else 1000
    return int(float(read["number"]) * step ** ("KMGT".index(read["unit"]) + 1))


def check_memory(text: str) -> None:
    """ConfigError where a size cannot be the memory of a query."""
    if not _LEAST_MEMORY <= memory_bytes(text) <= _MOST_MEMORY:
        raise ConfigError("query_memory must be between 32MB and 1024TiB")
