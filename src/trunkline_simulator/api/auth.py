"""The token endpoint of the login host, and who a token belongs to."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import Refused, bad_credentials
from trunkline_simulator.messages import SimRequest
from trunkline_simulator.settings import Settings
from trunkline_simulator.state import State, Token


def issue_token(request: SimRequest, settings: Settings, state: State, now: datetime) -> Answer:
    """POST /oauth/token with Basic credentials and grant_type=client_credentials."""
    form = parse_qs(request.body.decode("latin-1"))
    if form.get("grant_type") != ["client_credentials"]:
        return Answer(400, _oauth_error("unsupported_grant_type", "unsupported grant type"))
    client_id, secret = _basic(request.header("authorization"))
    client = next((c for c in settings.clients if c.client_id == client_id), None)
    if client is None:
        return Answer(400, _oauth_error("invalid_client", "client not found: invalid client"))
    if client.secret != secret:
        return Answer(401, _oauth_error("invalid_client", "authentication failed"))
    text = f"{settings.shape.seed} {client_id} {len(state.tokens)}"
    value = sha256(text.encode()).hexdigest()[:43]
    state.tokens[value] = Token(value, client, now + timedelta(seconds=settings.token_seconds))
    return Answer(
        200,
        {"access_token": value, "token_type": "bearer", "expires_in": settings.token_seconds},
    )


def _oauth_error(error: str, description: str) -> dict[str, Any]:
    return {"error": error, "description": description, "error_description": description}


def _basic(header: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = text.partition(":")
    return client_id, secret


def token_of(request: SimRequest, state: State, now: datetime) -> Token:
    """The token that the request carries; 401 if it is missing, unknown or past its time."""
    scheme, _, value = request.header("authorization").partition(" ")
    if scheme.lower() != "bearer" or not value:
        raise Refused(
            401,
            "authentication.required",
            "No authentication bearer token specified in authorization header.",
        )
    token = state.tokens.get(value)
    if token is None or token.expires <= now:
        raise bad_credentials()
    return token


def token_information(context: Context) -> Answer:
    """GET /api/v2/tokens/me (SDK 269 TokenInfo)."""
    organisation = {
        "id": context.directory.organisation_id,
        "name": context.settings.organisation,
    }
    return Answer(
        200,
        {
            "organization": organisation,
            "homeOrganization": organisation,
            "authorizedScope": [],
            "OAuthClient": {
                "id": context.client.client_id,
                "name": context.client.name,
                "organization": organisation,
            },
        },
    )
