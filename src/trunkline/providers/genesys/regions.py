"""Genesys Cloud regions and their hosts.

Sources: SDK 269 PureCloudRegionHosts for regions and domains; the integration form (historical data
connection, 3.1) for the six short codes. The list has grown from six to eighteen, so a domain that
is not on it is taken at its word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trunkline.catalog import closest
from trunkline.errors import ConfigError

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z]{{2,}}\Z")
_HOST = re.compile(r"(?:https?://)?(?P<host>[^/?#:@]+)(?::\d+)?(?:[/?#].*)?\Z")
_SERVICES = ("login.", "apps.", "api.")


@dataclass(frozen=True, slots=True)
class Region:
    """One region: its AWS name, its domain, and what else people call it."""

    aws: str
    domain: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where a region answers: root URLs without a slash at the end. ``region`` is for messages."""

    region: str
    api: str
    login: str


# fmt: off
REGIONS: tuple[Region, ...] = (
    Region("us-east-1", "mypurecloud.com", ("useast", "us", "virginia")),
    Region("us-east-2", "use2.us-gov-pure.cloud", ("fedramp", "ohio")),
    Region("us-west-2", "usw2.pure.cloud", ("uswest", "oregon")),
    Region("ca-central-1", "cac1.pure.cloud", ("ca", "canada", "montreal")),
    Region("mx-central-1", "mxc1.pure.cloud", ("mx", "mexico")),
    Region("sa-east-1", "sae1.pure.cloud", ("br", "brazil", "sao-paulo")),
    Region("eu-west-1", "mypurecloud.ie", ("eu", "ie", "ireland", "dublin")),
    Region("eu-west-2", "euw2.pure.cloud", ("uk", "gb", "london")),
    Region("eu-central-1", "mypurecloud.de", ("eucentral", "de", "germany", "frankfurt")),
    Region("eu-central-2", "euc2.pure.cloud", ("ch", "switzerland", "zurich")),
    Region("eusc-de-east-1", "edee1.eusc-pure.cloud", ("eusc", "sovereign")),
    Region("me-central-1", "mec1.pure.cloud", ("ae", "uae", "dubai")),
    Region("ap-south-1", "aps1.pure.cloud", ("in", "india", "mumbai")),
    Region("ap-southeast-1", "apse1.pure.cloud", ("sg", "singapore")),
    Region("ap-southeast-2", "mypurecloud.com.au", ("au", "australia", "sydney")),
    Region("ap-northeast-1", "mypurecloud.jp", ("jp", "japan", "tokyo")),
    Region("ap-northeast-2", "apne2.pure.cloud", ("kr", "korea", "seoul")),
    Region("ap-northeast-3", "apne3.pure.cloud", ("osaka",)),
)
# fmt: on


def _key(name: str) -> str:
    """A name with dashes where people also write underscores or spaces."""
    return re.sub("[ _]", "-", name)


_BY_NAME = {
    _key(name): entry for entry in REGIONS for name in (entry.aws, entry.domain, *entry.aliases)
}


def hosts(region: str) -> Hosts:
    """The hosts of a region, given in any way people write it.

    A short code or place (``eucentral``, ``Frankfurt``), the AWS region in either spelling, a
    domain, or the URL or host of the login page, the application or the API. ConfigError for
    anything else.
    """
    named = _domain(region.strip().lower())
    known = _BY_NAME.get(_key(named))
    domain = known.domain if known else named
    if not _DOMAIN.match(domain):
        raise _unknown(region)
    return Hosts(known.aws if known else domain, f"https://api.{domain}", f"https://login.{domain}")


def _domain(text: str) -> str:
    """The domain a URL or host names, without the service in front; other names as they are."""
    if "." not in text:
        return text
    found = _HOST.match(text)
    host = found["host"] if found else text
    service = next((prefix for prefix in _SERVICES if host.startswith(prefix)), "")
    return host.removeprefix(service)


def _unknown(region: str) -> ConfigError:
    names = [name for entry in REGIONS for name in (entry.aws, *entry.aliases)]
    guess = closest(region.strip().replace("_", "-"), names)
    meant = f"did you mean {guess!r}? " if guess else ""
    return ConfigError(
        f"{region!r} is no Genesys Cloud region",
        hint=f"{meant}Give the AWS region (eu-central-1) or the address of your login page",
    )
