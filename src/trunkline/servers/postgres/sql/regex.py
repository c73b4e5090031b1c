"""Regular expressions of PostgreSQL for DuckDB's engine (RE2).

https://www.postgresql.org/docs/15/functions-matching.html#POSIX-SYNTAX-DETAILS.
"""

from __future__ import annotations

import re

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, string

_ESCAPES = {"y": r"\b", "Y": r"\B", "m": r"\b", "M": r"\b", "Z": r"\z", "A": r"\A"}
_AROUND = re.compile(r"\(\?(?:=|!|<=|<!)")


def pattern_of(node: tree.Node, writer: Writer) -> Rope:
    """A pattern; a constant one is turned into RE2's spelling."""
    bare = node
    while isinstance(bare, tree.Paren | tree.Collate | tree.Cast):
        bare = bare.inner if isinstance(bare, tree.Paren) else bare.operand
    if isinstance(bare, tree.Literal) and bare.token.kind is Kind.STRING:
        place = writer.place(bare)
        return At(string(turned(bare.token.value, place)), place)
    return writer.write(node)


def turned(pattern: str, place: int) -> str:
    """A pattern of PostgreSQL's in RE2's spelling; Refused where RE2 cannot say it."""
    if _AROUND.search(pattern):
        raise unsupported("a regular expression that looks around", place)
    if pattern.startswith("***="):
        return re.escape(pattern[4:])
    pattern = pattern.removeprefix("***:")
    found: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character != "\\":
            found.append(character)
            continue
        following = next(characters, "")
        if following.isdigit() and following != "0":
            raise unsupported("a reference back in a regular expression", place)
        found.append(_ESCAPES.get(following, f"\\{following}"))
    return "".join(found)


def similar(pattern: str, escape: str, place: int) -> str:
    """A pattern of SIMILAR TO as a regular expression that must match the whole."""
    found: list[str] = []
    characters = iter(pattern)
    inside = False
    for character in characters:
        if escape and character == escape:
            following = next(characters, "")
            if not following:
                raise unsupported("a pattern that ends with its escape character", place)
            found.append(re.escape(following))
        elif inside:
            found.append("\\\\" if character == "\\" else character)
            inside = character != "]"
        else:
            inside = character == "["
            found.append(_SIMILAR.get(character, character))
    return "".join(found)


_SIMILAR = {"%": ".*", "_": ".", ".": r"\.", "^": r"\^", "$": r"\$", "\\": r"\\"}
