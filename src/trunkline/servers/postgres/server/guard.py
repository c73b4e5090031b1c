"""Guessing passwords is slow: who failed waits, and longer each time.

By address, and by user whatever the address; of a user less long, since anybody can fail in another
one's name. What failed is forgotten with time, half of it each minute. An attempt that is under way
counts as a failure once there was one, so that many at once are no way around it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

FREE = 3  # failures before anybody waits
FIRST = 0.5  # seconds, doubled by each failure
LONGEST = {"address": 10.0, "user": 4.0}
HALVED_EVERY = 60.0
MOST_KNOWN = 10_000


@dataclass(slots=True)
class _Tried:
    failures: float
    at: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """``wait`` is in seconds; ``charged`` says that it counts as a failure already."""

    wait: float = 0.0
    charged: bool = False


@dataclass(slots=True)
class Guard:
    """``monotonic`` gives seconds."""

    monotonic: Callable[[], float]
    _known: OrderedDict[tuple[str, str], _Tried] = field(default_factory=OrderedDict)

    def begin(self, address: str, user: str) -> Attempt:
        """What is to be waited before a password is asked for."""
        keys = _keys(address, user)
        wait = max(map(self._delay, keys))
        charged = any(map(self._failures, keys))
        if charged:
            for key in keys:
                self._add(key, 1)
        return Attempt(wait, charged)

    def failed(self, address: str, user: str, attempt: Attempt) -> None:
        """The next one waits longer."""
        if not attempt.charged:
            for key in _keys(address, user):
                self._add(key, 1)

    def passed(self, address: str, user: str, attempt: Attempt) -> None:
        """Their failures are forgotten; the address's are not, which may have tried others."""
        of_address, of_user = _keys(address, user)
        self._known.pop(of_user, None)
        if attempt.charged:
            self._add(of_address, -1)

    def _failures(self, key: tuple[str, str]) -> float:
        tried = self._known.get(key)
        if tried is None:
            return 0.0
        left = tried.failures * 0.5 ** ((self.monotonic() - tried.at) / HALVED_EVERY)
        return left if left >= 0.5 else 0.0

    def _delay(self, key: tuple[str, str]) -> float:
        above = round(self._failures(key)) - FREE
        return min(LONGEST[key[0]], FIRST * 2.0 ** min(above, 10)) if above >= 0 else 0.0

    def _add(self, key: tuple[str, str], count: float) -> None:
        self._known[key] = _Tried(self._failures(key) + count, self.monotonic())
        self._known.move_to_end(key)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)


def _keys(address: str, user: str) -> tuple[tuple[str, str], ...]:
    return ("address", address), ("user", user)
