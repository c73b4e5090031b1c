"""Who we are to Genesys Cloud: organisation, token, divisions and limits. Pure.

Source: SDK 269, Organization, TokenInfo, AuthzDivisionEntityListing, AuthzSubject and
LimitsEntityListing. The lists are required: a proxy's ``{}`` would else be a client without rights.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from trunkline.http.answers import decode
from trunkline.providers import Division, Organization

ORGANIZATION = "/api/v2/organizations/me"
TOKEN = "/api/v2/tokens/me"  # noqa: S105
DIVISIONS = "/api/v2/authorization/divisions"
SUBJECT = "/api/v2/authorization/subjects/{subjectId}"
LIMITS = "/api/v2/organizations/limits/namespaces/{namespaceName}"
DIVISIONS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """Whose token it is: its organisation's id, and the OAuth client's id and name if it says."""

    organization_id: str
    client_id: str | None
    client_name: str | None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a client may do in one division. A division of id ``*`` stands for all of them.

    ``permissions`` are ``domain:entity:action``, where entity and action may be ``*``.
    """

    division: Division
    permissions: frozenset[str]

    def has(self, permission: str) -> bool:
        """Whether it carries a permission, by name or by a star."""
        domain, entity, action = permission.split(":")
        return bool(
            self.permissions
            & {f"{domain}:{of}:{may}" for of in (entity, "*") for may in (action, "*")}
        )


class _Organization(msgspec.Struct, frozen=True):
    id: str
    name: str
    # The "organisation short name" of the integration form.
    short_name: str | None = msgspec.field(name="thirdPartyOrgName", default=None)


class _Named(msgspec.Struct, frozen=True):
    id: str
    name: str | None = None


class _Token(msgspec.Struct, frozen=True):
    organization: _Named
    client: _Named | None = msgspec.field(name="OAuthClient", default=None)


class _Divisions(msgspec.Struct, frozen=True):
    entities: list[_Named]
    page_count: int = msgspec.field(name="pageCount", default=1)


class _Policy(msgspec.Struct, frozen=True):
    domain: str
    entity: str = msgspec.field(name="entityName", default="*")
    actions: list[str] = []


class _Role(msgspec.Struct, frozen=True):
    policies: list[_Policy] = []


class _Grant(msgspec.Struct, frozen=True):
    division: _Named
    role: _Role


class _Subject(msgspec.Struct, frozen=True):
    grants: list[_Grant]


class _Limit(msgspec.Struct, frozen=True):
    key: str
    value: int


class _Limits(msgspec.Struct, frozen=True):
    entities: list[_Limit]


def read_organization(body: bytes) -> Organization:
    """The organisation of the token."""
    answer = decode(body, _Organization, f"GET {ORGANIZATION}")
    return Organization(answer.id, answer.name, answer.short_name)


def read_token(body: bytes) -> TokenInfo:
    """What the token stands for."""
    answer = decode(body, _Token, f"GET {TOKEN}")
    client = answer.client
    return TokenInfo(
        answer.organization.id, client.id if client else None, client.name if client else None
    )


def read_divisions(body: bytes) -> tuple[tuple[Division, ...], int]:
    """One page of divisions, and how many pages there are."""
    answer = decode(body, _Divisions, f"GET {DIVISIONS}")
    page = tuple(Division(entity.id, entity.name or entity.id) for entity in answer.entities)
    return page, answer.page_count


def read_limits(body: bytes) -> dict[str, int]:
    """The limits of one namespace by key."""
    answer = decode(body, _Limits, f"GET {LIMITS}")
    return {limit.key: limit.value for limit in answer.entities}


def read_grants(body: bytes) -> tuple[Grant, ...]:
    """What a subject was granted, one entry for each role and division."""
    answer = decode(body, _Subject, f"GET {SUBJECT}")
    return tuple(
        Grant(
            Division(grant.division.id, grant.division.name or grant.division.id),
            frozenset(
                f"{policy.domain}:{policy.entity}:{action}"
                for policy in grant.role.policies
                for action in policy.actions
            ),
        )
        for grant in answer.grants
    )


def covered(
    divisions: tuple[Division, ...], grants: tuple[Grant, ...], permissions: tuple[str, ...]
) -> tuple[Division, ...]:
    """The divisions in which any of the permissions is granted."""
    held = {
        grant.division.id for grant in grants if any(grant.has(wanted) for wanted in permissions)
    }
    return divisions if "*" in held else tuple(one for one in divisions if one.id in held)
