"""What a client sends, as values.

One class for each message of https://www.postgresql.org/docs/15/protocol-message-formats.html that
is marked F, with a reader of its body. All messages with the letter ``p`` are one: what the bytes
mean depends on what was asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from trunkline.servers.postgres.messages.body import Body
from trunkline.servers.postgres.report import ProtocolViolation, refused


@dataclass(frozen=True, slots=True)
class StartupMessage:
    """The first message of a session; ``version`` is (major, minor)."""

    version: tuple[int, int]
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SSLRequest:
    """A question: may I speak TLS."""


@dataclass(frozen=True, slots=True)
class GSSENCRequest:
    """A question: may I speak GSSAPI."""


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Stop what another connection is doing."""

    process_id: int
    secret_key: int


@dataclass(frozen=True, slots=True)
class PasswordMessage:
    """An answer to a demand for authentication: a password or a step of SASL."""

    data: bytes

    def sasl_initial(self) -> tuple[str, bytes | None]:
        """As SASLInitialResponse: the mechanism and its first message."""
        body = Body(self.data)
        mechanism, data = body.string(), body.value()
        body.end()
        return mechanism, data


@dataclass(frozen=True, slots=True)
class Query:
    """A simple query: one string with any number of statements."""

    sql: str


@dataclass(frozen=True, slots=True)
class Parse:
    """Prepare a statement; a parameter type of 0 is left to the server."""

    name: str
    sql: str
    parameter_types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bind:
    """Make a portal of a statement and values; formats are 0 for text and 1 for binary."""

    portal: str
    statement: str
    parameter_formats: tuple[int, ...]
    parameters: tuple[bytes | None, ...]
    result_formats: tuple[int, ...]


class Target(Enum):
    """What a Describe or Close is about."""

    STATEMENT = b"S"
    PORTAL = b"P"


@dataclass(frozen=True, slots=True)
class Describe:
    """What goes in, and what comes out."""

    target: Target
    name: str


@dataclass(frozen=True, slots=True)
class Execute:
    """Run a portal; ``max_rows`` of 0 means all of them."""

    portal: str
    max_rows: int


@dataclass(frozen=True, slots=True)
class Close:
    """Forget a statement or a portal."""

    target: Target
    name: str


@dataclass(frozen=True, slots=True)
class Flush:
    """Send what there is."""


@dataclass(frozen=True, slots=True)
class Sync:
    """The end of a group of messages: where the client goes on after an error."""


@dataclass(frozen=True, slots=True)
class CopyData:
    """Rows of a COPY FROM."""

    data: bytes


@dataclass(frozen=True, slots=True)
class CopyDone:
    """All rows have been sent."""


@dataclass(frozen=True, slots=True)
class CopyFail:
    """The rest will not be sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A call of a function by OID; obsolete, and refused with its arguments unread."""

    function: int


@dataclass(frozen=True, slots=True)
class Terminate:
    """Goodbye."""


Opening = StartupMessage | SSLRequest | GSSENCRequest | CancelRequest
Command = (
    PasswordMessage | Query | Parse | Bind | Describe | Execute | Close | Flush | Sync
    | CopyData | CopyDone | CopyFail | FunctionCall | Terminate
)  # fmt: skip
Message = Opening | Command


def opening(body: Body) -> Opening:
    """Read a message without a letter: all that may come before a session."""
    code = body.uint32()
    special = _SPECIAL.get(code)
    made = special(body) if special else _startup(code, body)
    body.end()
    return made


def command(letter: bytes, body: Body) -> Command:
    """Read a message after its letter, which ``KNOWN`` has."""
    made = _COMMANDS[letter](body)
    body.end()
    return made


def _startup(code: int, body: Body) -> StartupMessage:
    version = code >> 16, code & 0xFFFF
    if version[0] != 3:  # the layout of another version is not ours to read
        body.rest()
        return StartupMessage(version, ())
    parameters = []
    while name := body.string():
        parameters.append((name, body.string()))
    return StartupMessage(version, tuple(parameters))


def _bind(body: Body) -> Bind:
    return Bind(
        body.string(),
        body.string(),
        _formats(body),
        tuple(body.value() for _ in range(body.count())),
        _formats(body),
    )


def _formats(body: Body) -> tuple[int, ...]:
    formats = tuple(body.int16() for _ in range(body.count()))
    if unknown := set(formats) - {0, 1}:
        raise refused("22023", f"unsupported format code: {min(unknown)}")
    return formats


def _target(body: Body) -> Target:
    try:
        return Target(body.take(1))
    except ValueError:
        raise ProtocolViolation("invalid Describe or Close message subtype") from None


def _function_call(body: Body) -> FunctionCall:
    call = FunctionCall(body.uint32())
    body.rest()
    return call


# The codes stand where a version would, with a major number that no version will have.
_SPECIAL: dict[int, Callable[[Body], Opening]] = {
    80877102: lambda body: CancelRequest(body.int32(), body.uint32()),
    80877103: lambda _: SSLRequest(),
    80877104: lambda _: GSSENCRequest(),
}
_COMMANDS: dict[bytes, Callable[[Body], Command]] = {
    b"p": lambda body: PasswordMessage(body.rest()),
    b"Q": lambda body: Query(body.string()),
    b"P": lambda body: Parse(
        body.string(), body.string(), tuple(body.uint32() for _ in range(body.count()))
    ),
    b"B": _bind,
    b"D": lambda body: Describe(_target(body), body.string()),
    b"E": lambda body: Execute(body.string(), max(body.int32(), 0)),
    b"C": lambda body: Close(_target(body), body.string()),
    b"H": lambda _: Flush(),
    b"S": lambda _: Sync(),
    b"d": lambda body: CopyData(body.rest()),
    b"c": lambda _: CopyDone(),
    b"f": lambda body: CopyFail(body.string()),
    b"F": _function_call,
    b"X": lambda _: Terminate(),
}
KNOWN = frozenset(_COMMANDS)
