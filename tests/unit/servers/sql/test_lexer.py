"""Texts are cut as PostgreSQL cuts them, and no literal becomes anything else."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.lake import gate
from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.sql import NoFacts, split, translated
from trunkline.servers.postgres.sql.lexer import lex
from trunkline.servers.postgres.sql.tokens import Kind

CUT = [
    ("", []),
    (" ; ;; -- x\n /* ; */ ;", []),
    ("select 1", ["select 1"]),
    ("select 1; select 2;", ["select 1", "select 2"]),
    ("select ';'; select \";\"", ["select ';'", 'select ";"']),
    ("select $$;$$; select $a$;$$;$a$", ["select $$;$$", "select $a$;$$;$a$"]),
    ("select E'\\';'; select 'a\\'; select 1", ["select E'\\';'", "select 'a\\'", "select 1"]),
    ("select /* a /* ; */ ; */ 1; select 2", ["select /* a /* ; */ ; */ 1", "select 2"]),
    ("select 1 -- ;\n+ 1; select 2", ["select 1 -- ;\n+ 1", "select 2"]),
    ("select 'a'\n';'; select 2", ["select 'a'\n';'", "select 2"]),
]


@pytest.mark.parametrize(("text", "statements"), CUT)
def test_a_text_is_cut_at_its_semicolons(text: str, statements: list[str]) -> None:
    found = split(text)
    assert [one.text for one in found] == statements
    assert all(text[one.offset :].startswith(one.text) for one in found)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a<-1", ["a", "<", "-", "1"]),
        ("a<=-1", ["a", "<=", "-", "1"]),
        ("a@-1", ["a", "@-", "1"]),
        ("a!=b", ["a", "<>", "b"]),
        ("a->>'b'", ["a", "->>", "b"]),
        ("1+--x\n2", ["1", "+", "2"]),
        ("1*/*x*/2", ["1", "*", "2"]),
        ('Ab."Cd""e"::INT', ["ab", ".", 'Cd"e', "::", "int"]),
        ("ÄB", ["Äb"]),
        ("$1,$23", ["1", ",", "23"]),
        ("1..2", ["1", ".", ".2"]),
        ("x1$y", ["x1$y"]),
        ("E'\\x41\\u00e9\\U0001F600\\101\\n'", ["Aé😀A\n"]),
        ("U&'\\0041\\+01F600' ", ["A😀"]),
        ("U&'!0041' UESCAPE '!'", ["A"]),
        ('u&"\\0041"', ["A"]),
        ("N'x' n'y'", ["x", "y"]),
        ("b'01' X'1f'", ["01", "00011111"]),
    ],
)
def test_tokens_are_postgresqls(text: str, values: list[str]) -> None:
    assert [token.value for token in lex(text)] == values


@pytest.mark.parametrize(
    ("text", "sqlstate", "position"),
    [
        ("select 'a", "42601", 8),
        ('select "a', "42601", 8),
        ('select ""', "42601", 8),
        ("select $a$x", "42601", 8),
        ("select /* /* */", "42601", 8),
        ("select 1a", "42601", 8),
        ("select 0x1F", "42601", 8),
        ("select $1a", "42601", 8),
        ("select E'\\u12'", "22025", 8),
        ("select E'\\xff'", "22021", 8),
        ("select E'\\000'", "22021", 8),
        ("select U&'\\d800'", "42601", 8),
        ("select b'2'", "22P02", 8),
        ("select \0", "22021", 8),
        ("select \\d", "42601", 8),
    ],
)
def test_what_is_no_token_is_refused_at_its_place(text: str, sqlstate: str, position: int) -> None:
    with pytest.raises(Refused) as refused:
        split(text)
    assert (refused.value.report.sqlstate, refused.value.report.position) == (sqlstate, position)


STRINGS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("'\"\\$-/*;"),
    max_size=12,
)


def _plain(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _escaped(value: str) -> str:
    return "E'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def _unicode(value: str) -> str:
    return "U&'" + "".join(f"\\+{ord(one):06X}" for one in value) + "'"


def _dollars(value: str) -> str:
    tag = next(f"$t{number}$" for number in range(99) if f"$t{number}$" not in value + "$")
    return f"{tag}{value}{tag}"


SPELLINGS = st.sampled_from([_plain, _escaped, _unicode, _dollars])


@given(st.lists(st.tuples(STRINGS, SPELLINGS), min_size=1, max_size=4), STRINGS)
def test_a_literal_stays_one_and_keeps_its_value(
    literals: list[tuple[str, object]], comment: str
) -> None:
    """However it is spelled, and whatever stands in the comments beside it."""
    spelled = [spell(value) for value, spell in literals]  # type: ignore[operator]
    note = "/*" + comment.replace("*/", "").replace("/*", "").strip("*/") + " */"
    found = translated(f"select {f' {note} , '.join(spelled)}", NoFacts())
    assert len(duckdb.extract_statements(found.sql)) == 1
    (row,) = duckdb.execute(found.sql).fetchall()
    assert list(row) == [value for value, _ in literals]


@given(st.lists(STRINGS.filter(bool), min_size=1, max_size=3, unique_by=str.lower))
def test_an_identifier_stays_one(names: list[str]) -> None:
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    text = "select " + ", ".join(f"1 as {name}" for name in quoted)
    found = translated(text, NoFacts())
    described = duckdb.execute(found.sql).description
    assert [one[0] for one in described] == names
    assert found.names == tuple(names)


FRAGMENTS = st.sampled_from(
    ["select", "from", "where", "'", "''", '"', "\\", "$$", "$a$", "E'", "U&'", "--", "/*", "*/",
     "\n", ";", "(", ")", "[", "]", "{", "}", ",", ".", "::", ":", "a", "b", "read_csv", "1", "$1",
     "*", "+", "-", "=", "~", "and", "not", "in", "any", "like", "escape", "case", "when", "then",
     "else", "end", "order", "by", "limit", "union", "as", "cast", "int", "interval", "values",
     "group", "over", "array", "lambda", "'x'", "b'1'", "x'f'", "is", "null", "t", "join", "on",
     "extract", "substring", "for", "table", "copy", "attach", " ", "desc", "collate", "\"C\""]
)  # fmt: skip


@given(
    st.lists(FRAGMENTS, max_size=25).map(" ".join) | st.lists(FRAGMENTS, max_size=25).map("".join)
)
def test_no_text_becomes_harmful(text: str) -> None:
    """What DuckDB may be told names nothing that the text does not name, and is one statement."""
    try:
        found = translated("select 1 " + text, NoFacts())
    except Refused:
        return
    written = lex("select 1 " + text)
    names = {one.value.lower() for one in written if one.is_identifier}
    names |= {one.value.lower() for one in written if one.kind is Kind.STRING}
    try:
        statements = duckdb.extract_statements(found.sql)
    except duckdb.Error:
        return
    assert len(statements) == 1
    try:
        tree = gate.parse(found.sql)
    except Exception:  # noqa: BLE001 - the gate refuses it, which is all it must
        return
    assert _relations(tree) <= names


def _relations(node: object) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_relations, node))
    if not isinstance(node, dict):
        return set()
    found = _relations(list(node.values()))
    if node.get("type") == "BASE_TABLE":
        found |= {name.lower() for name in node["qualified_name"]["path"]}
    return found
