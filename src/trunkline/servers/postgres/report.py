"""What is told to a client: severity, SQLSTATE, and words.

Fields of errors and notices: https://www.postgresql.org/docs/15/protocol-error-fields.html.
Codes: https://www.postgresql.org/docs/15/errcodes-appendix.html.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from trunkline.errors import SqlError, TrunklineError

# What a hint says to the command line, and what it says to a session.
_SPOKEN = (
    ("`trunkline tables` lists them all.", "information_schema.tables lists them all."),
    (
        "`trunkline tables NAME` lists the columns of a table.",
        r"psql's \d, or information_schema.columns, lists the columns of a table.",
    ),
    ("use --covered to", "SET trunkline.fetch = off to"),
    (
        "allow it with --max-requests.",
        "allow it: SET trunkline.max_requests; users have what an administrator allows them.",
    ),
    ("take what is there with --allow-partial", "SET trunkline.allow_partial = on"),
    (", or leave the time past the watermark out with --no-tail", ""),
)


class Severity(Enum):
    """How grave; after FATAL the connection is closed."""

    FATAL = "FATAL"
    ERROR = "ERROR"
    WARNING = "WARNING"
    NOTICE = "NOTICE"
    INFO = "INFO"


@dataclass(frozen=True, slots=True)
class Report:
    """An ErrorResponse or NoticeResponse; ``position`` counts characters from 1."""

    severity: Severity
    sqlstate: str
    message: str
    detail: str | None = None
    hint: str | None = None
    position: int | None = None

    @property
    def is_fatal(self) -> bool:
        """Whether the connection ends with it."""
        return self.severity is Severity.FATAL


class Refused(Exception):
    """The client is told so; its transaction fails, its connection goes on unless it is FATAL."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.message)
        self.report = report


class ProtocolViolation(Refused):
    """Bytes that are no message, or a message out of turn: nothing after it can be trusted."""

    def __init__(self, message: str, sqlstate: str = "08P01") -> None:
        super().__init__(Report(Severity.FATAL, sqlstate, message))


def refused(
    sqlstate: str, message: str, *, detail: str | None = None, hint: str | None = None
) -> Refused:
    """An ERROR to raise."""
    return Refused(Report(Severity.ERROR, sqlstate, message, detail, hint))


def fatal(sqlstate: str, message: str, *, hint: str | None = None) -> Refused:
    """A FATAL error to raise."""
    return Refused(Report(Severity.FATAL, sqlstate, message, hint=hint))


def report_of(error: TrunklineError) -> Report:
    """An error of the engine as a client of PostgreSQL reads it."""
    report = Report(Severity.ERROR, error.sqlstate, error.message, hint=_spoken(error.hint))
    if isinstance(error, SqlError) and error.position is not None:
        return replace(report, position=error.position + 1)
    return report


def _spoken(hint: str | None) -> str | None:
    for typed, said in _SPOKEN if hint else ():
        hint = hint.replace(typed, said) if hint else hint
    return hint
