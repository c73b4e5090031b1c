"""Every setting, and the regions that one of them names."""

from __future__ import annotations

from tools.print_docs.markdown import code, fenced, table
from tools.print_docs.markdown import page as page_of
from trunkline.config import FILE, describe, describe_organization
from trunkline.providers.genesys.regions import REGIONS
from trunkline.role_settings import describe_role

INTRODUCTION = f"""\
A setting is read from the environment, else from a file `.env` in the working directory, else from
`{FILE}` there (or the file of `--config` or of the variable `TRUNKLINE_CONFIG`), else it has its
default. An empty variable counts as not set. A name in `{FILE}` that does not exist is an error;
secrets are never printed."""

EXAMPLE = """\
timezone = "Australia/Sydney"
refresh_after = 3600

[genesys]
region = "ap-southeast-2"
org = "your-short-name"
client_id = "the-id"
client_secret_file = "/run/secrets/genesys"   # or in the environment, or the keyring

[masking]
listed = ["order_type"]     # participant attributes whose values are kept"""

REGIONS_TEXT = """\
`genesys.region` takes the AWS region (with dashes or underscores), one of the other names, the
domain, or the address of the login page. A domain that is not listed is taken at its word."""

ORGANIZATIONS = """\
Each of [several organisations](../howto/several-organisations.md) has a table of its own, here one
that is called `acme`. What it does not say of its limits is as above."""

ROLES = """\
Each of the [roles](../howto/users-and-roles.md) may have a table of its own, `[roles.analyst]`,
which stands in the file alone. A limit that it does not have is as above."""

OTHER = """\
A secret is a setting, a file or an entry of the keyring:
[security](../explanation/security.md#secrets).

What else may stand in the table `[masking]` is in [masking](../explanation/masking.md#the-policy).

Two variables are no settings: `TRUNKLINE_CONFIG` names the file, and `TRUNKLINE_DEBUG=1` shows the
traceback of an internal error, which may hold values. Any other variable that begins with
`TRUNKLINE_` or `GENESYS_` and is none of these has no effect, and a notice on stderr says so.
`query_memory` is at least 32MB. A time for `--as-of` without an offset is one in the time zone of
the query."""


def page() -> str:
    """The page."""
    rows = [
        (code(name), code(variable), code(default), description)
        for name, variable, default, description in describe()
    ]
    regions = [
        (code(region.aws), code(region.domain), ", ".join(map(code, region.aliases)))
        for region in REGIONS
    ]
    return page_of(
        "Settings",
        INTRODUCTION,
        table((f"in {FILE}", "in the environment", "default", "what it is"), rows),
        "## Several organisations",
        ORGANIZATIONS,
        table(
            (f"in {FILE}", "in the environment", "default", "what it is"),
            [
                (code(name), code(variable), code(default) if default else "", description)
                for name, variable, default, description in describe_organization("acme")
            ],
        ),
        "## Roles",
        ROLES,
        table(
            ("in [roles.analyst]", "what it is"),
            [(code(name), description) for name, description in describe_role()],
        ),
        f"## A {FILE}",
        fenced("toml", EXAMPLE),
        OTHER,
        "## Regions",
        REGIONS_TEXT,
        table(("AWS region", "domain", "other names"), regions),
    )
