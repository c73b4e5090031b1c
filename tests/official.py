"""The vendor's own Python SDK as a judge: its models say which attributes and words there are.

Aiming it needs no more than the host: where the host does not begin with "api.", it takes the
login to be on the same one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from trunkline_simulator import CLIENT_ID, CLIENT_SECRET, Settings, Simulator, run_in_thread

PARAMETRIC = re.compile(r"(list\[|dict\(str, )(.*)[\])]")
PLAIN = {"str", "int", "float", "bool", "datetime", "object"}


@contextmanager
def signed_in(sdk: Any, settings: Settings, now: Callable[[], datetime]) -> Iterator[Any]:
    """A client of the SDK, with a token of a simulator on a loopback port."""
    with run_in_thread(Simulator(settings, now)) as address:
        client = sdk.api_client.ApiClient(host=address.url)
        yield client.get_client_credentials_token(CLIENT_ID, CLIENT_SECRET)
        client.get_http_client().rest_client.pool_manager.clear()


def unknown(sdk: Any, type_name: str, value: Any, at: str) -> Iterator[str]:
    """Where ``value`` has an attribute or an enumerated word that the SDK's models do not know."""
    if value is None or type_name in PLAIN:
        return
    if parts := PARAMETRIC.fullmatch(type_name):
        items = value.values() if parts[1].startswith("dict") else value
        for item in items:
            yield from unknown(sdk, parts[2], item, at)
        return
    model = getattr(sdk, type_name)()
    names = {name: attribute for attribute, name in model.attribute_map.items()}
    for name, inner in value.items():
        where = f"{at}.{name}"
        if name not in names:
            yield where
            continue
        # The SDK's setters put this word where an enumeration lacks a value.
        setattr(model, names[name], inner)
        if getattr(model, names[name]) == "outdated_sdk_version":
            yield f"{where}={inner}"
        yield from unknown(sdk, model.swagger_types[names[name]], inner, where)


def held(sdk: Any, api: Any, type_name: str) -> Any:
    """The raw body of the last answer, once every attribute of it is known to the SDK."""
    raw = json.loads(api.last_response.data)
    assert list(unknown(sdk, type_name, raw, type_name)) == []
    return raw
