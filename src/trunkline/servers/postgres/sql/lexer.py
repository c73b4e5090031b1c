"""The lexer of PostgreSQL: https://www.postgresql.org/docs/15/sql-syntax-lexical.html.

``standard_conforming_strings`` is on. Braces are marks here, since DuckDB's structs have them.
Literals and identifiers are decoded, so that whoever writes them again need not know how they were
spelled: nothing of a literal can become anything else.
"""

from __future__ import annotations

import re
import string

from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.sql.escapes import backslashes, bits, unicode_escapes
from trunkline.servers.postgres.sql.refusal import refused_at, syntax_error
from trunkline.servers.postgres.sql.tokens import Kind, Token

_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_LINE = re.compile(r"--[^\n\r]*")
_NAME = re.compile(r"[A-Za-z_\x80-\U0010ffff][A-Za-z_0-9$\x80-\U0010ffff]*")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PARAMETER = re.compile(r"\$([0-9]+)")
_DOLLAR = re.compile(r"\$(?:[A-Za-z_\x80-\U0010ffff][A-Za-z_0-9\x80-\U0010ffff]*)?\$")
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|`?]{1,64}")  # PostgreSQL takes 63
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_TO_NEXT_LINE = re.compile(r"(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*)*'")
_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_MARKS = {"(", ")", "[", "]", "{", "}", ",", ";", ".", ":"}
_PREFIXES = {"e": "e", "E": "e", "b": "b", "B": "b", "x": "x", "X": "x", "n": "", "N": ""}
_KEEPS_SIGN = frozenset("~!@#%^&|`?")


def lex(text: str) -> tuple[Token, ...]:
    """The tokens of a text, without white space and comments; Refused where it is none."""
    if "\0" in text:
        raise refused_at("22021", "a statement cannot contain the character NUL", text.index("\0"))
    tokens: list[Token] = []
    at = _skip(text, 0)
    while at < len(text):
        token = _token(text, at)
        tokens.append(token)
        at = _skip(text, token.end)
    return tuple(tokens)


def fold(name: str) -> str:
    """An identifier without quotes as PostgreSQL keeps it: only ASCII is folded."""
    return name.translate(_FOLD)


def _skip(text: str, at: int) -> int:
    """Past white space and comments; those between ``/*`` and ``*/`` nest."""
    while at < len(text):
        if found := _SPACE.match(text, at) or _LINE.match(text, at):
            at = found.end()
        elif text.startswith("/*", at):
            at = _end_of_comment(text, at)
        else:
            break
    return at


def _end_of_comment(text: str, start: int) -> int:
    depth, at = 0, start
    while found := _COMMENT_EDGE.search(text, at):
        depth += 1 if found.group() == "/*" else -1
        at = found.end()
        if not depth:
            return at
    raise _unterminated("/* comment", text, start)


def _unterminated(what: str, text: str, start: int) -> Refused:
    near = text[start : start + 60]
    return refused_at("42601", f'unterminated {what} at or near "{near}"', start)


def _token(text: str, at: int) -> Token:  # noqa: PLR0911 - one line a kind
    first = text[at]
    if first == "'":
        return _string(text, at, at, "")
    if first in _PREFIXES and text.startswith("'", at + 1):
        return _string(text, at, at + 1, _PREFIXES[first])
    if first in "uU" and text.startswith(("&'", '&"'), at + 1):
        return _unicode(text, at)
    if first == '"':
        value, end = _quoted(text, at)
        return Token(Kind.QUOTED, value, at, end)
    if found := _NAME.match(text, at):
        return Token(Kind.NAME, fold(found.group()), at, found.end())
    if first.isascii() and (first.isdigit() or (first == "." and text[at + 1 : at + 2].isdigit())):
        return _number(text, at)
    if first == "$":
        return _dollar(text, at)
    if first in _MARKS:
        return _mark(text, at)
    if found := _OPERATOR.match(text, at):
        return _operator(at, found.group())
    raise syntax_error(first, at)


def _mark(text: str, at: int) -> Token:
    value = next((mark for mark in ("::", ":=") if text.startswith(mark, at)), text[at])
    return Token(Kind.PUNCTUATION, value, at, at + len(value))


def _number(text: str, at: int) -> Token:
    found = _NUMBER.match(text, at)
    end = found.end() if found else at + 1
    if junk := _NAME.match(text, end):
        near = text[at : junk.end()]
        raise refused_at("42601", f'trailing junk after numeric literal at or near "{near}"', at)
    return Token(Kind.NUMBER, text[at:end], at, end)


def _operator(at: int, value: str) -> Token:
    """As long as it may be, but for comments in it and a sign at its end."""
    cuts = [place for mark in ("--", "/*") if (place := value.find(mark)) >= 0]
    value = value[: min(cuts, default=len(value))]
    if len(value) > 1 and value not in _ALWAYS and not _KEEPS_SIGN.intersection(value):
        value = value.rstrip("+-") or value[0]
    if len(value) > 63:
        raise refused_at("42601", f'operator too long at or near "{value}"', at)
    if value == "=>":
        return Token(Kind.PUNCTUATION, value, at, at + 2)
    return Token(Kind.OPERATOR, "<>" if value == "!=" else value, at, at + len(value))


_ALWAYS = frozenset({"->", "->>"})


def _string(text: str, start: int, quote: int, prefix: str) -> Token:
    """A literal; one that goes on after a line feed is one with it."""
    raw, at = _until_quote(text, quote, start, escapes=prefix == "e")
    while found := _TO_NEXT_LINE.match(text, at):
        more, at = _until_quote(text, found.end() - 1, start, escapes=prefix == "e")
        raw += more
    if prefix in ("b", "x"):
        return Token(Kind.BITS, bits(raw, prefix, start), start, at)
    value = backslashes(raw, start) if prefix == "e" else raw.replace("''", "'")
    return Token(Kind.STRING, value, start, at)


def _until_quote(text: str, quote: int, start: int, *, escapes: bool) -> tuple[str, int]:
    """What stands between quotes, quotes in it still doubled, and where it ends."""
    at = quote + 1
    while at < len(text):
        if text[at] == "'":
            if not text.startswith("'", at + 1):
                return text[quote + 1 : at], at + 1
            at += 2
        elif escapes and text[at] == "\\":
            at += 2
        else:
            stop = _next(text, at, "'\\" if escapes else "'")
            at = stop
    raise _unterminated("quoted string", text, start)


def _next(text: str, at: int, ends: str) -> int:
    found = [place for end in ends if (place := text.find(end, at)) >= 0]
    return min(found, default=len(text))


def _quoted(text: str, at: int) -> tuple[str, int]:
    stop = at + 1
    while (stop := text.find('"', stop)) >= 0 and text.startswith('"', stop + 1):
        stop += 2
    if stop < 0:
        raise _unterminated("quoted identifier", text, at)
    value = text[at + 1 : stop].replace('""', '"')
    if not value:
        raise refused_at("42601", 'zero-length delimited identifier at or near """"', at)
    return value, stop + 1


_ESCAPE = re.compile(r"[ \t\n\r\f\v]+UESCAPE[ \t\n\r\f\v]*'([^'])'", re.IGNORECASE)


def _unicode(text: str, at: int) -> Token:
    if text[at + 2] == '"':
        raw, end = _quoted(text, at + 2)
        kind = Kind.QUOTED
    else:
        inner = _string(text, at + 2, at + 2, "")
        raw, end, kind = inner.value, inner.end, Kind.STRING
    mark = "\\"
    if found := _ESCAPE.match(text, end):
        mark, end = found.group(1), found.end()
    return Token(kind, unicode_escapes(raw, mark, at), at, end)


def _dollar(text: str, at: int) -> Token:
    if found := _PARAMETER.match(text, at):
        if junk := _NAME.match(text, found.end()):
            near = text[at : junk.end()]
            raise refused_at("42601", f'trailing junk after parameter at or near "{near}"', at)
        return Token(Kind.PARAMETER, found.group(1), at, found.end())
    if not (tag := _DOLLAR.match(text, at)):
        raise syntax_error("$", at)
    stop = text.find(tag.group(), tag.end())
    if stop < 0:
        raise _unterminated("dollar-quoted string", text, at)
    return Token(Kind.STRING, text[tag.end() : stop], at, stop + len(tag.group()))
