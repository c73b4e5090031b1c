"""Who we are to Genesys Cloud: organisation, token, divisions and limits. Pure.

Source: SDK 269, Organization, TokenInfo, AuthzDivisionEntityListing and LimitsEntityListing.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from trunkline.http.answers import decode
from trunkline.providers import Division, Organization

ORGANIZATION = "/api/v2/organizations/me"
TOKEN = "/api/v2/tokens/me"  # noqa: S105
DIVISIONS = "/api/v2/authorization/divisions"
LIMITS = "/api/v2/organizations/limits/namespaces/{namespaceName}"
DIVISIONS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """Whose token it is: its organisation's id, and the OAuth client's id and name if it says."""

    organization_id: str
    client_id: str | None
    client_name: str | None


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
    entities: list[_Named] = []
    page_count: int = msgspec.field(name="pageCount", default=1)


class _Limit(msgspec.Struct, frozen=True):
    key: str
    value: int


class _Limits(msgspec.Struct, frozen=True):
    entities: list[_Limit] = []


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
