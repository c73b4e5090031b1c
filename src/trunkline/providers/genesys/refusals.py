"""The error answers of Genesys Cloud: ErrorBody (SDK 269)."""

from __future__ import annotations

import re

import msgspec

from trunkline.http.answers import UNREADABLE
from trunkline.http.message import Response
from trunkline.http.refusal import Refusal, word

CORRELATION_HEADER = "ININ-Correlation-Id"

# domain:entity:action, as the vendor's permission pages write it.
_PERMISSION = re.compile(r"(?<![\w:])[A-Za-z][A-Za-z.]*:(?:[A-Za-z]+|\*):(?:[A-Za-z]+|\*)(?![\w:])")


class _Detail(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field_name: str | None = msgspec.field(name="fieldName", default=None)


class _ErrorBody(msgspec.Struct, frozen=True):
    """As much of ErrorBody as is read."""

    message: str | None = None
    code: str | None = None
    context_id: str | None = msgspec.field(name="contextId", default=None)
    message_params: dict[str, str] | None = msgspec.field(name="messageParams", default=None)
    details: list[_Detail] | None = None


def read_refusal(response: Response) -> Refusal:
    """What may be repeated of an error answer: of one that is no ErrorBody, the correlation id.

    The message is searched for names of permissions and for "expired", and never passed on.
    """
    correlation = word(response.header(CORRELATION_HEADER))
    try:
        body = msgspec.json.decode(response.body, type=_ErrorBody)
    except UNREADABLE:
        return Refusal(correlation_id=correlation)
    said = " ".join([body.message or "", *(body.message_params or {}).values()])
    fields = [word(detail.field_name) for detail in body.details or ()]
    return Refusal(
        code=word(body.code),
        correlation_id=correlation or word(body.context_id),
        permissions=tuple(dict.fromkeys(_PERMISSION.findall(said))),
        fields=tuple(name for name in fields if name),
        expired="expired" in f"{body.code} {said}".lower(),
    )
