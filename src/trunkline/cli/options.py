"""Options that several commands have, each said once."""

from __future__ import annotations

import click

from trunkline.config import PUSHDOWNS

DOOR = "command line"

TIMEZONE = click.option("--timezone", metavar="ZONE", help="Time zone of dates without one.")
NO_TAIL = click.option("--no-tail", is_flag=True, help="Ask for nothing past the watermark.")
NO_AGGREGATES = click.option(
    "--no-aggregates",
    is_flag=True,
    help="Fetch days where the provider could add up what is asked for.",
)
VERIFY = click.option(
    "--verify",
    is_flag=True,
    help="Ask for the provider's own count of each final day, too: one request a day.",
)
PARAM = click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of $NAME in the query, as a text; 1, 2 ... for ?. May be repeated.",
)
ORG = click.option("--org", metavar="NAME", help="Of several organisations, this one alone.")
PUSHDOWN = click.option(
    "--pushdown",
    type=click.Choice(PUSHDOWNS),
    help="Send filters to the provider; default: the setting pushdown.",
)
