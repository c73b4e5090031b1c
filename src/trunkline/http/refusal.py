"""Answers that refuse, as errors a user can act on.

Of a vendor's words only these are passed on: its code, its correlation id and the names of
permissions and fields, each held against a pattern. Its message is not: it may echo what was asked,
and that may be a person's number or name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from trunkline.errors import (
    CredentialsError,
    MalformedAnswer,
    PermissionMissing,
    ProviderError,
    ProviderUnreachable,
    RequestRefused,
    TrunklineError,
)
from trunkline.http.hold import Held
from trunkline.http.message import (
    CertificateRefused,
    ConnectionFailed,
    Outcome,
    Response,
    TimedOut,
    Unfit,
)
from trunkline.http.retry import Tries, asked_wait, is_throttled
from trunkline.interval import iso

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a provider's error answer says, as far as it may be repeated.

    ``permissions`` are those it names as missing; ``expired`` says that what was asked for was
    there once.
    """

    code: str | None = None
    correlation_id: str | None = None
    permissions: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    expired: bool = False

    def __str__(self) -> str:
        parts = [
            f"code {self.code}" if self.code else "",
            f"fields {', '.join(self.fields)}" if self.fields else "",
            f"correlation id {self.correlation_id}" if self.correlation_id else "",
        ]
        said = "; ".join(part for part in parts if part)
        return f" ({said})" if said else ""


RefusalReader = Callable[[Response], Refusal]


def read_nothing(_: Response) -> Refusal:
    """For a provider whose error answers have no known form."""
    return Refusal()


def word(value: object) -> str | None:
    """The value if it is a code, an id or a name of a field; None for anything else."""
    return value if isinstance(value, str) and _WORD.match(value) else None


def refused(provider: str, call: str, status: int, refusal: Refusal) -> TrunklineError:
    """The error for an answer that no repetition will mend. ``call`` is method and template."""
    what = f"{provider} answered {status} to {call}{refusal}"
    if status == 401:
        return CredentialsError(
            f"{what}: the token is refused, and so was a fresh one",
            hint="Check that the OAuth client is active and belongs to this region.",
        )
    if status == 403:
        named = f": missing permission {', '.join(refusal.permissions)}"
        return PermissionMissing(
            what + (named if refusal.permissions else ""),
            hint="Give the OAuth client a role that has it, in every division wanted.",
        )
    hint = _REFUSED_HINTS.get(status, "report it with the correlation id; repeating will not help")
    return RequestRefused(what, status=status, expired=refusal.expired, hint=hint)


def unreachable(
    at: str, call: str, outcome: Outcome, tries: Tries, now: datetime, *, idempotent: bool = True
) -> ProviderError:
    """The error for a request whose attempts or patience are used up. ``at`` says where.

    MalformedAnswer where the last attempt was answered, but not with what was asked for. Where the
    host named a time, the error does: one and the same for all requests that it held.
    """
    until = _come_again(outcome, now)
    doubt = "" if idempotent or not tries.unknown else "; it may have been carried out all the same"
    if until is not None and (isinstance(outcome, Held) or is_throttled(outcome)):
        what = f"{at}: too many requests (429); it asks for none before {iso(until)}{doubt}"
        hint = "run this again after that; what has landed is kept"
    else:
        what = f"{at}: tried {call} {_ending(outcome, tries)}{doubt}"
        hint = _hint(outcome)
    kind = MalformedAnswer if isinstance(outcome, Unfit) else ProviderUnreachable
    error = kind(what, hint=hint)
    error.retry_after = until
    return error


def _come_again(outcome: Outcome, now: datetime) -> datetime | None:
    """When the host asks to be asked again, if it does."""
    if isinstance(outcome, Held):
        return outcome.until
    asked = asked_wait(outcome, now)
    return now + timedelta(seconds=asked) if asked else None


def _ending(outcome: Outcome, tries: Tries) -> str:
    what = f"status {outcome.status}" if isinstance(outcome, Response) else outcome.reason
    times = "once" if tries.exchanges == 1 else f"{tries.exchanges} times"
    return f"{times}, the last ended with {what}"


def _hint(outcome: Outcome) -> str:
    answered = isinstance(outcome, Response)
    return _ANSWERED_BADLY if answered else _NO_ANSWER.get(type(outcome), _LOST)


_REFUSED_HINTS = {
    301: "the host redirects; check the region or the address in the settings",
    302: "the host redirects; check the region or the address in the settings",
    404: "it does not exist, or the OAuth client may not see it",
    413: "ask for less at once",
}

_ANSWERED_BADLY = "the provider is failing or too busy; see its status page and run this again"
_LOST = "the connection is unstable; run this again, what has landed is kept"
_NO_ANSWER: dict[type, str] = {
    ConnectionFailed: "check the region, the network and the proxy (HTTPS_PROXY)",
    CertificateRefused: "a proxy may replace certificates; name its authority in SSL_CERT_FILE",
    TimedOut: "the provider is slow or the network drops its answers; run this again",
    Unfit: "a proxy may answer in the provider's place, for maintenance, say; run this again later",
}
