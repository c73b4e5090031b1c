"""Refusals, in the shape of the vendor's ErrorBody (SDK 269, models/error_body.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refused(Exception):
    """The operation answers with an error; ``retry_after`` in whole seconds becomes a header."""

    status: int
    code: str
    message: str
    params: Mapping[str, str] = field(default_factory=dict)
    details: Sequence[Mapping[str, str]] = ()
    retry_after: int | None = None

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The ErrorBody; ``contextId`` is the ININ-Correlation-Id header."""
        made: dict[str, Any] = {
            "message": self.message,
            "code": self.code,
            "status": self.status,
            "contextId": correlation_id,
            "details": list(self.details),
            "errors": [],
        }
        if self.params:
            made["messageWithParams"] = self.message
            made["messageParams"] = dict(self.params)
        return made


def bad_request(message: str, field_name: str = "") -> Refused:
    """400: the request can not be understood."""
    details = [{"errorCode": "invalid", "fieldName": field_name}] if field_name else []
    return Refused(400, "bad.request", message, details=details)


def not_found(what: str) -> Refused:
    """404: there is no such thing (any more)."""
    return Refused(404, "not.found", f"The requested resource was not found: {what}")


def bad_credentials() -> Refused:
    """401: the token is unknown, expired or revoked."""
    return Refused(401, "bad.credentials", "Invalid login credentials.")


def missing_permission(wanted: Sequence[str]) -> Refused:
    """403, naming the permissions of which one would do."""
    names = ", ".join(wanted)
    return Refused(
        403,
        "missing.any.permissions",
        "Unable to perform the requested action. "
        f"You are missing at least one of the following permissions: {names}",
        params={"permissions": names},
    )


def too_many_requests(seconds: int, *, retry_after: bool = True) -> Refused:
    """429 as normalised since 2021-11-10 (developer.genesys.cloud/forum/t/12028)."""
    return Refused(
        429,
        "too.many.requests.retry.after",
        f"Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds",
        retry_after=seconds if retry_after else None,
    )
