"""Every error a user can meet, drawn as a tree; each has an exit status and an SQLSTATE.

    TrunklineError                 1  XX000   a defect of ours
    |- UsageError                  2  22023   an argument or setting that cannot be used
    |  |- ConfigError              2  F0000   the configuration
    |  |- SqlError                 2  42601   SQL that does not parse or bind; carries its position
    |  |  |- UnknownRelation       2  42P01
    |  |  |- UnknownColumn         2  42703
    |  |  |- UnknownObject         2  42704   a type, a role or a setting that there is not
    |  |  |- UnknownFunction       2  42883   one that is not let in, asked of the system catalogue
    |  |  |- AmbiguousColumn       2  42702
    |  |  |- NotGrouped            2  42803
    |  |  |- InvalidValue          2  22P02
    |  |  |- InvalidMoment         2  22007
    |  |  |- InvalidArgument       2  22023   of a function, such as a time zone that there is not
    |  |  |- ValueOutOfRange       2  22003
    |  |  |- MomentOutOfRange      2  22008
    |  |  |- DivisionByZero        2  22012
    |  |  |- ForbiddenSql          2  42501   anything but one SELECT over the catalogue
    |  |  `- UnboundedScan         2  0A000   no bounds on the time column
    |  |- UnusableFile             2  58030   a file of the user's own that is no table
    |  |- CostGuard                2  54000   more requests than allowed
    |  `- TargetMismatch           2  42P07   what the target has and publishing cannot reconcile
    |- AccessError                 3  28000
    |  |- CredentialsError         3  HV000   the client id, secret or region is refused
    |  |- RelationClosed           3  42501   whoever asks may not read a relation
    |  |- NotGranted               3  42501   whoever asks may not read a column, or use a function
    |  |- PermissionMissing        3  42501   the client's roles lack a permission
    |  `- TargetClosed             3  42501   the target lets this user not in, or not do it
    |- ProviderError               4  58000   the provider failed
    |  |- ProviderUnreachable      4  HV00N   no connection, or no answer in the time allowed
    |  |- RequestRefused           4  08P01   a 4xx that no repetition will mend
    |  |- JobLost                  4  58030   a job failed, expired or was cancelled by the provider
    |  |- CursorLost               4  58030   the job is there; its pages begin again
    |  `- MalformedAnswer          4  08P01   an answer that is not what the provider documents
    |- TargetError                 4  58000   the database that is published to failed
    |- IncompleteData              4  58030   some intervals are missing; what landed is kept
    |- DamagedLake                 4  XX001   a file of the lake is missing or cannot be read
    |- LimitExceeded               4  53000   memory, time or rows of a query
    `- Interrupted                 5  57014   stopped by the user; what ran is resumable

A message says what happened and where; ``hint`` says what to do about it. Neither may hold a
secret or a personal value. ``unknown`` counts the attempts at a request that must not be repeated
which ended without our knowing whether they were carried out. ``retry_after`` is when the provider
asks to be asked again, where it does: nothing is sent to it before.
"""

from __future__ import annotations

import errno
from datetime import datetime
from typing import ClassVar

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class TrunklineError(Exception):
    """Something Trunkline did not foresee."""

    exit_status: ClassVar[int] = 1
    sqlstate: ClassVar[str] = "XX000"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.unknown = 0
        self.retry_after: datetime | None = None


class UsageError(TrunklineError):
    """An argument or setting cannot be used."""

    exit_status = 2
    sqlstate = "22023"


class ConfigError(UsageError):
    """The configuration is missing a value or holds a wrong one."""

    sqlstate = "F0000"


class SqlError(UsageError):
    """SQL that does not parse or bind.

    ``position`` is the 0-based character offset in the text, or None where it is not known.
    """

    sqlstate = "42601"

    def __init__(
        self, message: str, *, hint: str | None = None, position: int | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.position = position


class UnknownRelation(SqlError):
    """A table that the catalogue does not have."""

    sqlstate = "42P01"


class UnknownColumn(SqlError):
    """A column that the table does not have."""

    sqlstate = "42703"


class UnknownObject(SqlError):
    """A type, a role, a schema or a setting that the system catalogue does not have."""

    sqlstate = "42704"


class UnknownFunction(SqlError):
    """A function that there is not, or none of these types, or that is not let in."""

    sqlstate = "42883"


class AmbiguousColumn(SqlError):
    """A column that more than one table of the query has."""

    sqlstate = "42702"


class NotGrouped(SqlError):
    """A column beside an aggregate that is not grouped by."""

    sqlstate = "42803"


class InvalidValue(SqlError):
    """A text that is no value of the type it is cast to."""

    sqlstate = "22P02"


class InvalidMoment(SqlError):
    """A text that is no date or time."""

    sqlstate = "22007"


class InvalidArgument(SqlError):
    """A value that a function cannot be given."""

    sqlstate = "22023"


class ValueOutOfRange(SqlError):
    """A value that its type has no room for."""

    sqlstate = "22003"


class MomentOutOfRange(SqlError):
    """A date, a time or an interval that there is not, or that its type has no room for."""

    sqlstate = "22008"


class DivisionByZero(SqlError):
    """A division by zero."""

    sqlstate = "22012"


class ForbiddenSql(SqlError):
    """Anything but one SELECT statement over relations of the catalogue."""

    sqlstate = "42501"


class UnboundedScan(SqlError):
    """A scan of an interval table without bounds on its time column."""

    sqlstate = "0A000"


class UnusableFile(UsageError):
    """A file of the folder of local tables cannot be read as one."""

    sqlstate = "58030"


class CostGuard(UsageError):
    """The query would take more requests than allowed."""

    sqlstate = "54000"


class TargetMismatch(UsageError):
    """What the target has, and publishing cannot reconcile: nothing of it is changed."""

    sqlstate = "42P07"


class AccessError(TrunklineError):
    """Not let in: this client by the provider or the target, or whoever asks by their role."""

    exit_status = 3
    sqlstate = "28000"


class CredentialsError(AccessError):
    """The client id, the secret or the region is refused.

    ``doubted`` are the settings that can be what is wrong, the likeliest first.
    """

    sqlstate = "HV000"  # 28P01 would be the password of who asks here

    def __init__(
        self, message: str, *, hint: str | None = None, doubted: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.doubted = doubted


class RelationClosed(AccessError):
    """Whoever asks may not read a relation."""

    sqlstate = "42501"


class NotGranted(AccessError):
    """Whoever asks may not read a column, or use a function."""

    sqlstate = "42501"


class PermissionMissing(AccessError):
    """The client's roles lack a permission."""

    sqlstate = "42501"


class TargetClosed(AccessError):
    """The database that is published to does not let this user in, or not do what it takes."""

    sqlstate = "42501"


class ProviderError(TrunklineError):
    """The provider failed, after every retry that made sense."""

    exit_status = 4
    sqlstate = "58000"


class ProviderUnreachable(ProviderError):
    """No connection, or no usable answer in the time allowed."""

    sqlstate = "HV00N"  # 08 would be the line of who asks here


class RequestRefused(ProviderError):
    """A 4xx answer that repeating will not mend.

    ``status`` is the HTTP status; ``expired`` says that what was asked for was there once.
    """

    sqlstate = "08P01"

    def __init__(
        self, message: str, *, status: int, expired: bool = False, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.expired = expired


class JobLost(ProviderError):
    """A job failed, expired or was cancelled on the provider's side."""

    sqlstate = "58030"


class CursorLost(ProviderError):
    """The place within a job's pages is lost, and not the job: they are read from the first."""

    sqlstate = "58030"


class MalformedAnswer(ProviderError):
    """An answer that is not what the provider documents."""

    sqlstate = "08P01"


class TargetError(TrunklineError):
    """The database that is published to cannot be reached, or failed. What is committed stays."""

    exit_status = 4
    sqlstate = "58000"


class IncompleteData(TrunklineError):
    """Some intervals could not be had. What did land stays landed and is not fetched again."""

    exit_status = 4
    sqlstate = "58030"


class DamagedLake(TrunklineError):
    """A file that a snapshot names is missing or cannot be read."""

    exit_status = 4
    sqlstate = "XX001"


class LimitExceeded(TrunklineError):
    """A query met its limit on memory, time or rows."""

    exit_status = 4
    sqlstate = "53000"


class Interrupted(TrunklineError):
    """The user stopped it; jobs under way are kept and go on with the next run."""

    exit_status = 5
    sqlstate = "57014"


def no_space(error: BaseException) -> LimitExceeded | None:
    """The error for a system's one that says that a file has no room; None for any other."""
    if not isinstance(error, OSError) or error.errno not in _FULL:
        return None
    place = error.filename or "standard output or a file"
    return LimitExceeded(
        f"{place} cannot be written: {error.strerror}",
        hint="Free some space, and run the same query again: what has landed is kept.",
    )
