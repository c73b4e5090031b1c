"""The names that grants may have: those of schemas, relations and columns there are.

A misspelt name in a revocation would close nothing, and nobody would see it: so it is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from trunkline.catalog import closest, folded
from trunkline.catalogs import Catalogs
from trunkline.config import Settings
from trunkline.engine.access import is_never
from trunkline.errors import ConfigError, UsageError
from trunkline.flatten.policy import Policy
from trunkline.lake.relation import LOCAL_SCHEMA, Relation
from trunkline.roles import ALL, Grants, Role

_HALVES = {Role.ANALYST: "the front", Role.FINANCE: "the last digits"}


def check_roles(settings: Settings, names: Callable[[], Names]) -> None:
    """ConfigError where the settings grant or revoke what there is not, or what no role may have.

    ``names`` is called where they do either at all.
    """
    for role, told in settings.roles.items():
        if told.grants.granted or told.grants.revoked:
            try:
                names().checked(role, told.grants)
            except UsageError as error:
                raise ConfigError(
                    f"[roles.{role.value}]: {error.message}", hint=error.hint
                ) from None


@dataclass(frozen=True, slots=True)
class Names:
    """What may be granted: the columns of each relation, by schema and name."""

    catalogs: Catalogs
    policy: Policy
    columns: Mapping[tuple[str, str], frozenset[str]]

    @classmethod
    def of(cls, catalogs: Catalogs, policy: Policy, relations: Iterable[Relation]) -> Names:
        """Those of the relations."""
        columns = {(r.schema, r.name): frozenset(dict(r.every_column)) for r in relations}
        return cls(catalogs, policy, columns)

    def granted(self, role: Role, names: Iterable[str]) -> frozenset[str]:
        """Names that something is granted by, in full; UsageError where one cannot be."""
        found = frozenset(map(self.full, names))
        for name in found:
            self._require_grantable(role, name)
        return found

    def revoked(self, role: Role, names: Iterable[str]) -> frozenset[str]:
        """Names that something is taken away by, in full; UsageError where one cannot be."""
        found = frozenset(map(self.full, names))
        if found and role is Role.ADMINISTRATOR:
            raise UsageError(
                "an administrator reads everything, and nothing can be taken away",
                hint="Give the user another role.",
            )
        for name in found:
            self._require_revocable(name)
        return found

    def _require_revocable(self, name: str) -> None:
        schema, _, rest = name.partition(".")
        relation, _, column = rest.partition(".")
        found = self.catalogs.find(relation, schema) if column else None
        if found and found[1].time_column == column:
            raise UsageError(
                f"{name} stays open with any other column of its table: no query could be bounded "
                "without it",
                hint=f"Revoke {schema}.{relation}, and grant what is to be read of it.",
            )

    def checked(self, role: Role, grants: Grants) -> Grants:
        """Grants with their names in full."""
        return Grants(self.granted(role, grants.granted), self.revoked(role, grants.revoked))

    def full(self, name: str) -> str:
        """A name with its schema, and the table's own where it is a view's."""
        parts = folded(name).split(".")
        schemas = {schema for schema, _ in self.columns}
        if parts in ([ALL], [LOCAL_SCHEMA]) or (len(parts) == 1 and parts[0] in schemas):
            return parts[0]
        if parts[0] not in {*schemas, LOCAL_SCHEMA} or len(parts) == 1:
            parts = [self.catalogs.default.schema, *parts]
        schema, relation, *column = parts
        if schema == LOCAL_SCHEMA and (schema, relation) not in self.columns:
            return ".".join(parts)  # its file may come later
        if (schema, relation) not in self.columns or len(column) > 1:
            raise self._unknown(name)
        if column and column[0] not in self.columns[schema, relation]:
            raise self._unknown(name, self.columns[schema, relation])
        found = self.catalogs.find(relation, schema)
        return ".".join((schema, found[1].name if found else relation, *column))

    def _unknown(self, name: str, columns: Iterable[str] | None = None) -> UsageError:
        default = self.catalogs.default.schema
        known = {f"{s}.{r}" if s != default else r for s, r in self.columns}
        near = closest(name.rpartition(".")[2], columns) if columns else closest(name, known)
        return UsageError(
            f"there is no schema, table or column {name}",
            hint=f"Did you mean {near}?" if near else "`trunkline tables` lists them all.",
        )

    def _require_grantable(self, role: Role, name: str) -> None:
        if role is Role.ADMINISTRATOR:
            raise UsageError(
                "an administrator reads everything, and nothing can be granted beyond it",
                hint="Leave out --grant, or give the user another role.",
            )
        schema, _, rest = name.partition(".")
        relation, _, column = rest.partition(".")
        found = self.catalogs.find(relation, schema) if column else None
        if found and is_never(role, found[1], found[1].column(column), self.policy):
            raise UsageError(
                f"{name} cannot be granted to the role {role.value}: it holds {_HALVES[role]} of "
                "numbers, of which that role reads the other half",
                hint="Only an administrator reads both.",
            )
