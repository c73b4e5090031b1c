"""Who may stop what: a number and a secret for each session, and what stops it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

_NUMBERS = 2**31 - 1


@dataclass(slots=True)
class Cancelling:
    """Sessions by their number. Both number and secret are drawn: neither says anything."""

    _known: dict[int, tuple[bytes, Callable[[], None]]] = field(default_factory=dict)

    def enter(self, stop: Callable[[], None]) -> tuple[int, int]:
        """The number and the secret of a session; ``stop`` ends what it does."""
        number = secrets.randbelow(_NUMBERS) + 1
        while number in self._known:
            number = secrets.randbelow(_NUMBERS) + 1
        secret = secrets.token_bytes(4)
        self._known[number] = secret, stop
        return number, int.from_bytes(secret)

    def leave(self, number: int) -> None:
        """Forget a session."""
        self._known.pop(number, None)

    def cancel(self, number: int, secret: int) -> None:
        """Stop what a session does, if the secret is its own; nobody is told whether it was."""
        expected, stop = self._known.get(number, (secrets.token_bytes(4), _nothing))
        if hmac.compare_digest(expected, secret.to_bytes(4)):
            stop()


def _nothing() -> None:
    """There is no such session."""
