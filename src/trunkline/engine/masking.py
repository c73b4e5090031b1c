"""The masking policy that the settings tell, and what each role may read under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import Enum

from trunkline.catalog import FINANCE, Catalog, Table, closest
from trunkline.config import Settings
from trunkline.errors import ConfigError, SqlError
from trunkline.flatten.numbers import checked_region, e164
from trunkline.flatten.policy import Policy, resolved
from trunkline.flatten.tokens import HINT, key_of, token
from trunkline.flatten.treatment import Treatment, default_of
from trunkline.lake.relation import Relation
from trunkline.secrets import secret


class Role(Enum):
    """Who asks. The front and the end of a number make the number: only the first reads both."""

    ADMINISTRATOR = "administrator"  # everything
    ANALYST = "analyst"  # everything but the schema finance
    FINANCE = "finance"  # everything but tables with the last digits of numbers


def policy_of(settings: Settings, catalog: Catalog) -> Policy:
    """The policy; ConfigError where a rule, the key or the region cannot be used."""
    return resolved(
        settings.masking.told,
        catalog,
        settings.masking.where,
        key=key_of(secret(settings, "token_key")),
        region=checked_region(settings.phone_region),
    )


def role_of(settings: Settings) -> Role:
    """The role of whoever uses these settings."""
    names = [role.value for role in Role]
    if settings.role not in names:
        near = closest(settings.role, names)
        raise ConfigError(
            f"there is no role {settings.role}",
            hint=f"Did you mean {near}?" if near else f"There are {', '.join(names)}.",
        )
    return Role(settings.role)


def may_read(role: Role, table: Table, policy: Policy) -> bool:
    """Whether a role may read a table."""
    if role is Role.ANALYST:
        return table.schema != FINANCE
    if role is Role.FINANCE:
        # By default too: days that landed before a policy redacted them have them still.
        return not any(
            Treatment.LAST_DIGITS in (default_of(column), policy.treatment(table, column))
            for column in table.columns
        )
    return True


def opened_to(
    role: Role, relations: Iterable[Relation], catalog: Catalog, policy: Policy
) -> tuple[Relation, ...]:
    """The relations, each that the role may not read closed with the words that say who may."""
    return tuple(_judged(role, relation, catalog, policy) for relation in relations)


def _judged(role: Role, relation: Relation, catalog: Catalog, policy: Policy) -> Relation:
    table = catalog.find(relation.name, relation.schema)
    if table is None or may_read(role, table, policy):
        return relation
    readers = [other.value for other in Role if may_read(other, table, policy)]
    which = "fronts" if table.schema == FINANCE else "last digits"
    return replace(
        relation,
        parts=(),
        closed=f"it holds the {which} of numbers; the role {' or '.join(readers)} may read it",
    )


def tokens_of(policy: Policy) -> Callable[[str], str]:
    """What ``number_token`` answers for a literal; its errors do not repeat the literal.

    ConfigError without a key, SqlError where the text is no number.
    """

    def answered(text: str) -> str:
        if policy.key is None:
            raise ConfigError("number_token() needs a key, and none is set", hint=HINT)
        number = e164(text, policy.region)
        if number is None:
            raise SqlError(
                "what number_token() is given is no number",
                hint="Write it with its country, such as +61 and what follows"
                + ("." if policy.region else ", or set phone_region."),
            )
        return token(policy.key, number)

    return answered
