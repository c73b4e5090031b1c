"""PostgreSQL's own tables of functions, operators, casts and types (``tools.record_signatures``).

Types go by the names of ``pg_type`` here; an array's is its element's and ``[]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from trunkline.servers.postgres.sql import type_names
from trunkline.servers.postgres.types import BY_OID, TEXT, PgType


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function or an operator takes and gives."""

    arguments: tuple[str, ...]
    result: str
    aggregate: bool = False
    set: bool = False
    variadic: bool = False
    defaults: int = 0


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """The category of a type, and whether its category prefers it."""

    category: str
    preferred: bool


def _lines(name: str) -> list[list[str]]:
    text = (
        files("trunkline.servers.postgres.sql").joinpath("data", f"{name}.tsv").read_text("utf-8")
    )
    return [line.split("\t") for line in text.splitlines()]


@cache
def functions() -> Mapping[str, tuple[Signature, ...]]:
    """Every function by its name."""
    found: dict[str, list[Signature]] = {}
    for name, arguments, result, kind, many, variadic, defaults in _lines("functions"):
        signature = Signature(
            tuple(arguments.split()), result, kind == "a", bool(many), bool(variadic), int(defaults)
        )
        found.setdefault(name, []).append(signature)
    return {name: tuple(signatures) for name, signatures in found.items()}


@cache
def operators() -> Mapping[str, tuple[Signature, ...]]:
    """Every operator by its name; a prefix one takes one argument."""
    found: dict[str, list[Signature]] = {}
    for name, left, right, result in _lines("operators"):
        arguments = (left, right) if left else (right,)
        found.setdefault(name, []).append(Signature(arguments, result))
    return {name: tuple(signatures) for name, signatures in found.items()}


@cache
def casts() -> Mapping[tuple[str, str], str]:
    """How a type becomes another: ``i`` implicitly, ``a`` on assignment, ``e`` when asked."""
    return {(source, target): context for source, target, context in _lines("casts")}


@cache
def types() -> Mapping[str, TypeFacts]:
    """Every type by its name."""
    return {
        name: TypeFacts(category, bool(int(first))) for name, category, first in _lines("types")
    }


_NAMES = {spelled[0].oid: name for name, spelled in reversed(type_names.BY_NAME.items())}
_NAMES |= {type_names.CHAR.oid: "char", 705: "unknown"}
_VOID = PgType(2278, "void", 4)
_OWN = {
    "char": type_names.CHAR, "bpchar": type_names.BY_NAME["bpchar"][0],
    "record": type_names.RECORD, "void": _VOID,
}  # fmt: skip
_STRANGE = "#"  # before the OID of a type that only a relation has told of


def name_of(type_: PgType) -> str:
    """The name of a type in these tables; of another one its number, size and name."""
    if type_.oid in _NAMES:
        return _NAMES[type_.oid]
    if type_.element is not None and not (name := name_of(type_.element)).startswith(_STRANGE):
        return f"{name}[]"
    return f"{_STRANGE}{type_.oid} {type_.size} {type_.name}"


def type_of(name: str) -> PgType:
    """The type that has a name; text for what is none."""
    if name.startswith(_STRANGE):
        oid, size, own = name.removeprefix(_STRANGE).split(" ", 2)
        return PgType(int(oid), own, int(size))
    if name.endswith("[]"):
        return type_of(name[:-2]).array
    if name in _OWN:
        return _OWN[name]
    spelled = type_names.BY_NAME.get(name)
    return spelled[0] if spelled and name != "unknown" else TEXT


def by_oid(oid: int) -> PgType | None:
    """The type of an OID that a client gives; None for one that is not known here."""
    return BY_OID.get(oid) or _BY_OID.get(oid)


_BY_OID = {spelled[0].oid: spelled[0] for spelled in type_names.BY_NAME.values()}
_BY_OID |= {one.array_oid: one.array for one in list(_BY_OID.values()) if one.array_oid}
