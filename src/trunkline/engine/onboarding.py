"""The integration form: its fields, and whether what was filled in leads to the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from trunkline.config import Settings
from trunkline.engine.connect import connected
from trunkline.engine.seams import Seams
from trunkline.errors import ConfigError, CredentialsError, ProviderUnreachable, TrunklineError
from trunkline.http.exchange import ignore
from trunkline.providers.genesys.regions import hosts

_OAUTH = "Admin > Integrations > OAuth, open the client"


class Field(Enum):
    """A field of the form; its value is the setting's name."""

    REGION = "region"
    SHORT_NAME = "org"
    CLIENT_ID = "client_id"
    SECRET = "client_secret"  # noqa: S105

    @property
    def label(self) -> str:
        """What the form calls it."""
        return _FORM[self][0]

    @property
    def place(self) -> str:
        """Where an administrator finds it in Genesys Cloud."""
        return _FORM[self][1]


# The integration form (historical data connection), parts 3.1, 3.2, 4.1 and 5.
_FORM = {
    Field.REGION: (
        "Region",
        "the address of the login page tells it (login.mypurecloud.de: eu-central-1, Frankfurt)",
    ),
    Field.SHORT_NAME: (
        "Organization short name",
        "Admin > Account Settings > Organization Settings, tab Organization Details",
    ),
    Field.CLIENT_ID: ("OAuth Client ID", f"{_OAUTH}: Client ID"),
    Field.SECRET: (
        "OAuth Client Secret",
        f"{_OAUTH}: Client Secret; its grant type must be Client Credentials",
    ),
}


@dataclass(frozen=True, slots=True)
class Introduced:
    """Whom the form led to."""

    organization: str
    short_name: str
    client: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """The fields that can be wrong, the likeliest first, and the error that says so."""

    fields: tuple[Field, ...]
    error: TrunklineError


def region_of(text: str) -> str:
    """A region in any spelling as it is written down; ConfigError where it is none."""
    return hosts(text).region


async def introduced(settings: Settings, seams: Seams) -> Introduced | Wrong:
    """Connect with what was filled in, and compare the short name. Two requests, no more.

    Raises the errors that no field of the form is to blame for.
    """
    try:
        async with connected(settings, seams, ignore) as provider:
            found = await provider.organization()
            token = await provider.token_info()
    except CredentialsError as error:
        return wrong(error, tuple(Field(name) for name in error.doubted) or tuple(Field))
    except ProviderUnreachable as error:
        return wrong(error, (Field.REGION,))
    wanted, told = settings.genesys.org, found.short_name or ""
    if told.lower() != wanted.lower():
        named = f"{told!r} ({found.name})" if told else f"{found.name}, which tells no short name"
        said = f"the client belongs to {named}, and not to {wanted!r}"
        return wrong(ConfigError(said, hint=_OTHER), (Field.SHORT_NAME,))
    return Introduced(found.name, told, token.client_name or "unnamed")


_OTHER = "Correct it, or use the OAuth client of the organisation that you mean."


def wrong(error: TrunklineError, fields: tuple[Field, ...]) -> Wrong:
    """The same error, with the names of the fields before it and their places after it."""
    labels = " or ".join(field.label for field in fields)
    places = "\n  ".join(f"{field.label}: {field.place}." for field in fields)
    hint = "\n  ".join(filter(None, (error.hint, places)))
    return Wrong(fields, type(error)(f"{labels}: {error.message}", hint=hint))
