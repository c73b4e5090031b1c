"""Answers that refuse, as errors a user can act on.

Of a vendor's words only these are passed on: its code, its correlation id and the names of
permissions and fields, each held against a pattern. Its message is not: it may echo what was asked,
and that may be a person's number or name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from trunkline.errors import (
    CredentialsError,
    PermissionMissing,
    ProviderUnreachable,
    RequestRefused,
    TrunklineError,
)
from trunkline.http.message import Outcome, Response
from trunkline.http.retry import Tries, is_throttled

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
            hint="check that the OAuth client is active and belongs to this region and organisation",
        )
    if status == 403:
        return PermissionMissing(
            f"{what}{_missing(refusal.permissions)}",
            hint="give a role with this permission to the OAuth client, in every division wanted",
        )
    return RequestRefused(what, status=status, expired=refusal.expired, hint=_REFUSED_HINTS(status))


def unreachable(provider: str, host: str, call: str, outcome: Outcome, tries: Tries) -> TrunklineError:
    """The error for a request whose attempts or patience are used up."""
    what = f"answered {outcome.status}" if isinstance(outcome, Response) else outcome.reason
    times = "once" if tries.exchanges == 1 else f"{tries.exchanges} times"
    return ProviderUnreachable(
        f"{provider} ({host}): {call} was tried {times}, at last: {what}",
        hint=_unreachable_hint(outcome),
    )


def _missing(permissions: tuple[str, ...]) -> str:
    return f": missing permission {' or '.join(permissions)}" if permissions else ""
