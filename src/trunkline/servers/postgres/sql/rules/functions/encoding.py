"""encode and decode: https://www.postgresql.org/docs/15/functions-binarystring.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope

_ENCODED = {"hex": ("lower(hex(", "))"), "base64": ("base64(", ")")}
_DECODED = {"hex": ("unhex(", ")"), "base64": ("from_base64(", ")")}


def encode(node: tree.Call, writer: Writer) -> Rope | None:
    """Bytes as text."""
    return _by(_ENCODED, node, writer)


def decode(node: tree.Call, writer: Writer) -> Rope | None:
    """Text as bytes."""
    return _by(_DECODED, node, writer)


def _by(forms: dict[str, tuple[str, str]], node: tree.Call, writer: Writer) -> Rope | None:
    if len(node.arguments) != 2:
        return None  # DuckDB's own, of one argument
    form = node.arguments[1]
    found = forms.get(form.token.value) if isinstance(form, tree.Literal) else None
    if found is None:
        raise unsupported(f"{node.name} in another form than hex and base64", writer.place(form))
    before, behind = found
    return before, writer.write(node.arguments[0]), behind
