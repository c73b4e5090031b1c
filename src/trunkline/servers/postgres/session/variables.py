"""The settings of one session, as SET, RESET and a transaction's end change them.

What a transaction set is undone where it is rolled back, and SET LOCAL at its end in any case:
https://www.postgresql.org/docs/15/sql-set.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.session.checks import anything
from trunkline.servers.postgres.session.known import KNOWN, Known

OWN = "trunkline."


@dataclass(slots=True)
class Variables:
    """``tell`` hears of each change of a reported one.

    ``defaults`` are those of the server and of what the client said at its start; RESET goes back
    to them.
    """

    defaults: Mapping[str, str]
    tell: Callable[[str, str], None]
    _values: dict[str, str] = field(default_factory=dict)
    _local: dict[str, str] = field(default_factory=dict)
    _begun: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """The value of a setting. Refused (42704) where there is none of the name."""
        key = name.lower()
        for values in (self._local, self._values, self.defaults):
            if key in values:
                return values[key]
        return self.known(name).default

    def known(self, name: str) -> Known:
        """What is known of a setting; one with a dot may be anybody's own, once it is set."""
        key = name.lower()
        if key in KNOWN:
            return KNOWN[key]
        if "." in key and not key.startswith(OWN) and key in {**self.defaults, **self._values}:
            return Known(name, "")
        raise refused("42704", f'unrecognized configuration parameter "{name}"')

    def set(self, name: str, value: str | None, *, local: bool = False) -> None:
        """Change one; None is its default. Refused: 42704, 55P02 where it is fixed, 22023."""
        key = name.lower()
        custom = "." in key and not key.startswith(OWN)
        known = Known(name, "", anything) if custom else self.known(name)
        if known.fixed:
            raise refused("55P02", f'parameter "{known.name}" cannot be changed')
        before = None if custom else self[name]
        if value is None:
            self._values.pop(key, None)
            self._local.pop(key, None)
        else:
            checked = known.check(known.name, value)
            (self._local if local else self._values)[key] = checked
            if not local:
                self._local.pop(key, None)
        if known.reported and before != self[name]:
            self.tell(known.name, self[name])

    def note(self, name: str, value: str) -> None:
        """Keep the value of one that only the server changes."""
        self._values[name] = value

    def reset_all(self) -> None:
        """RESET ALL."""
        with_values = {*self._values, *self._local}
        for key in with_values:
            if key not in KNOWN or not KNOWN[key].fixed:
                self.set(key, None)

    def as_defaults(self) -> dict[str, str]:
        """All that differs from what is known, for a session that begins with it."""
        return {**self.defaults, **self._values}

    def changed(self) -> dict[str, str]:
        """Those that are not as a server has them by itself, by name in lower case."""
        ours = {known.name.lower(): known.default for known in KNOWN.values()}
        return {**ours, **self.defaults, **self._values, **self._local}

    def everything(self) -> list[tuple[str, str, str]]:
        """Names, values and descriptions, by name."""
        named = sorted(KNOWN.values(), key=lambda known: known.name.lower())
        return [(known.name, self[known.name], known.description) for known in named]

    def reported(self) -> dict[str, str]:
        """What a client is told at the start of its session."""
        return {known.name: self[known.name] for known in KNOWN.values() if known.reported}

    # As transactions go.

    def begin(self, name: str = "") -> None:
        """A transaction has begun, or a savepoint in it."""
        self._begun.append((name, dict(self._values), dict(self._local)))

    def commit(self) -> None:
        """Its end: what was local is over."""
        self._change(self._values, {})
        self._begun.clear()

    def release(self, place: int) -> None:
        """Forget a savepoint, by its place, and those after it; what was set since is kept."""
        del self._begun[place:]

    def rollback(self, to: int = 0) -> None:
        """Back to how it was at the beginning, or at a savepoint by its place."""
        if not self._begun:
            return
        _, values, local = self._begun[to]
        certificate = self._values.get("trunkline.certificate")
        self._change(dict(values), dict(local) if to else {})
        if certificate is not None:
            self._values["trunkline.certificate"] = certificate
        del self._begun[to + 1 if to else 0 :]

    def _change(self, values: dict[str, str], local: dict[str, str]) -> None:
        before = self.reported()
        self._values, self._local = values, local
        for name, value in self.reported().items():
            if before[name] != value:
                self.tell(name, value)
