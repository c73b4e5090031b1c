"""Which function or operator of a name is meant.

https://www.postgresql.org/docs/15/typeconv-oper.html and typeconv-func.html; "unknown" is the type
of a string without one, and of a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from trunkline.servers.postgres.sql.typing.tables import (
    Signature,
    casts,
    functions,
    operators,
    types,
)

UNKNOWN = "unknown"
_ARRAYS = frozenset({"anyarray", "anycompatiblearray"})
_ELEMENTS = frozenset(
    {"anyelement", "anynonarray", "anyenum", "anycompatible", "anycompatiblenonarray"}
)
_POLYMORPHIC = _ARRAYS | _ELEMENTS | {"any"}
_VECTORS = {"int2vector": "int2", "oidvector": "oid"}


def element(type_: str) -> str:
    """The type of an array's items; empty for what is no array."""
    return type_[:-2] if type_.endswith("[]") else _VECTORS.get(type_, "")


def becomes(source: str, target: str) -> bool:
    """Whether a value becomes another type by itself."""
    if source in (target, UNKNOWN) or target == "any":
        return True
    if target in _ARRAYS:
        return bool(element(source))
    if target in _ELEMENTS:
        return not (target.endswith("nonarray") and element(source))
    if source.endswith("[]") and target.endswith("[]"):
        return becomes(source[:-2], target[:-2])
    return casts().get((source, target)) == "i"


@lru_cache(4096)
def operator(name: str, arguments: tuple[str, ...]) -> Signature | None:
    """The operator that is meant. One argument that is unknown is first taken for the other's."""
    fitting = [one for one in operators().get(name, ()) if len(one.arguments) == len(arguments)]
    if len(arguments) == 2 and UNKNOWN in arguments and set(arguments) != {UNKNOWN}:
        known = next(one for one in arguments if one != UNKNOWN)
        if exact := _exact(fitting, (known, known)):
            return exact
    return _exact(fitting, arguments) or _best(fitting, arguments)


@lru_cache(4096)
def function(name: str, arguments: tuple[str, ...]) -> Signature | None:
    """The function that is meant."""
    candidates = functions().get(name, ())
    fitting = [sized for one in candidates if (sized := _sized(one, len(arguments)))]
    return _exact(fitting, arguments) or _best(fitting, arguments)


def _sized(signature: Signature, count: int) -> Signature | None:
    """A signature for a number of arguments, where it can take them."""
    own = signature.arguments
    if signature.variadic and count >= len(own):
        last = own[-1]
        one = {"anyarray": "anyelement", "anycompatiblearray": "anycompatible"}.get(
            last, element(last) or last
        )
        return replace(signature, arguments=own[:-1] + (one,) * (count - len(own) + 1))
    if len(own) - signature.defaults <= count <= len(own):
        return replace(signature, arguments=own[:count])
    return None


def _exact(candidates: Sequence[Signature], arguments: Sequence[str]) -> Signature | None:
    return next((one for one in candidates if one.arguments == tuple(arguments)), None)


def _best(candidates: Sequence[Signature], arguments: Sequence[str]) -> Signature | None:
    left = [
        one
        for one in candidates
        if all(map(becomes, arguments, one.arguments)) and _consistent(one, arguments)
    ]
    for narrowed in (_most_exact, _most_preferred, _by_unknown):
        if len(left) > 1:
            left = narrowed(left, arguments)
    if len(left) > 1:
        left = _as_the_others(left, arguments) or left
    return left[0] if len(left) == 1 else None


def _consistent(signature: Signature, arguments: Sequence[str]) -> bool:
    """Whether what must be one type of any is one, or in the second family becomes one."""
    same: set[str] = set()
    alike: list[str] = []
    for own, given in zip(signature.arguments, arguments, strict=True):
        if given == UNKNOWN:
            continue
        item = element(given) if own in _ARRAYS else given
        if own in ("anyarray", "anyelement", "anynonarray"):
            same.add(item)
        elif own.startswith("anycompatible"):
            alike.append(item)
    type_ = common(alike)
    return len(same) <= 1 and all(becomes(one, type_) for one in alike)


def _most(candidates: list[Signature], counts: list[int]) -> list[Signature]:
    best = max(counts)
    return [one for one, count in zip(candidates, counts, strict=True) if count == best]


def _most_exact(candidates: list[Signature], arguments: Sequence[str]) -> list[Signature]:
    counts = [
        sum(own == given for own, given in zip(one.arguments, arguments, strict=True))
        for one in candidates
    ]
    return _most(candidates, counts)


def _preferred(own: str, given: str) -> bool:
    facts, other = types().get(own), types().get(given)
    return bool(facts and other and facts.preferred and facts.category == other.category)


def _most_preferred(candidates: list[Signature], arguments: Sequence[str]) -> list[Signature]:
    counts = [
        sum(
            own == given or _preferred(own, given)
            for own, given in zip(one.arguments, arguments, strict=True)
            if given != UNKNOWN
        )
        for one in candidates
    ]
    return _most(candidates, counts)


def _by_unknown(candidates: list[Signature], arguments: Sequence[str]) -> list[Signature]:
    """Strings are preferred for what is unknown; otherwise the category that all agree on."""
    left = candidates
    for place, given in enumerate(arguments):
        if given != UNKNOWN:
            continue
        found = [types().get(one.arguments[place]) for one in candidates]
        categories = {facts.category for facts in found if facts}
        if "S" in categories:
            chosen = "S"
        elif len(categories) == 1:
            (chosen,) = categories
        else:
            continue
        left = [one for one in left if _category(one.arguments[place]) == chosen] or left
        firsts = [one for one in left if _is_preferred(one.arguments[place])]
        left = firsts or left
    return left


def _category(type_: str) -> str:
    facts = types().get(type_)
    return facts.category if facts else "A" if type_.endswith("[]") else ""


def _is_preferred(type_: str) -> bool:
    facts = types().get(type_)
    return bool(facts and facts.preferred)


def _as_the_others(candidates: list[Signature], arguments: Sequence[str]) -> list[Signature] | None:
    """Where all that is known is of one type, the unknown are taken for it too."""
    known = {one for one in arguments if one != UNKNOWN}
    if len(known) != 1 or UNKNOWN not in arguments:
        return None
    (only,) = known
    return [one for one in candidates if all(becomes(only, own) for own in one.arguments)]


def result_of(signature: Signature, arguments: Sequence[str]) -> str:
    """What is given, where the signature says that it depends."""
    if signature.result not in _POLYMORPHIC:
        return signature.result
    found = ""
    for own, given in zip(signature.arguments, arguments, strict=False):
        if given == UNKNOWN or not given:
            continue
        if own in _ARRAYS:
            found = common([found, element(given)])
        elif own in _ELEMENTS:
            found = common([found, given])
    if not found:
        return "text[]" if signature.result in _ARRAYS else ""
    return f"{found}[]" if signature.result in _ARRAYS else found


def common(given: Iterable[str]) -> str:
    """The type that several become, as in UNION, CASE and lists; empty where that is not known.

    https://www.postgresql.org/docs/15/typeconv-union-case.html.
    """
    found = ""
    for one in given:
        if not one or one == found:
            continue
        if found in ("", UNKNOWN):
            found = one
        elif one == UNKNOWN or (_is_preferred(found) and _category(found) == _category(one)):
            continue
        elif becomes(found, one) and not becomes(one, found):
            found = one
    return found
