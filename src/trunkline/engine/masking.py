"""The masking policy that the settings tell, and the tokens that are made under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from trunkline.catalog import Catalog
from trunkline.config import Settings
from trunkline.engine.reader import Reader
from trunkline.errors import ConfigError, LimitExceeded, NotGranted, SqlError
from trunkline.flatten.numbers import checked_region, e164
from trunkline.flatten.policy import Policy, resolved
from trunkline.flatten.tokens import HINT, key_of, token
from trunkline.jobs.journal import Journal
from trunkline.roles import Role
from trunkline.secrets import secret

NUMBERS_A_DAY = 1_000  # a hundred statements with ten numbers each; a search takes millions


def policy_of(settings: Settings, catalog: Catalog) -> Policy:
    """The policy; ConfigError where a rule, the key or the region cannot be used."""
    return resolved(
        settings.masking.told,
        catalog,
        settings.masking.where,
        key=key_of(secret(settings, "token_key")),
        region=checked_region(settings.phone_region),
    )


def tokens_of(policy: Policy, reader: Reader) -> Callable[[str], str]:
    """What ``number_token`` answers for a literal; its errors do not repeat the literal.

    NotGranted for whoever reads the fronts of numbers: ten thousand tries would tell a whole one.
    ConfigError without a key, SqlError where the text is no number.
    """

    def answered(text: str) -> str:
        if reader.role is Role.FINANCE:
            raise NotGranted(
                f"number_token() is not open to {reader.shown}: with the fronts of numbers it "
                "would tell whole ones",
                hint="Join tables by the columns of tokens.",
            )
        if policy.key is None:
            raise ConfigError("number_token() needs a key, and none is set", hint=HINT)
        number = e164(text, policy.region)
        if number is None:
            raise SqlError(
                "what number_token() is given is no number",
                hint="Write it with its country, such as +61 and what follows"
                + ("." if policy.region else ", or set phone_region."),
            )
        return token(policy.key, number)

    return answered


@dataclass(slots=True)
class Told:
    """Tokens as they are made for one statement: how many, and no more than were ``left``.

    Whoever reads the last digits of numbers has a million tries less to make than others have: so
    a day's tries are few. See design/0049.
    """

    token: Callable[[str], str]
    left: Callable[[], int | None]
    count: int = 0

    def __call__(self, text: str) -> str:
        """The token of a number; LimitExceeded where none is left."""
        left = self.left()
        if left is not None and self.count >= left:
            raise LimitExceeded(
                "number_token() has told as many numbers as one user may ask for in 24 hours",
                hint="Wait, or join a list of numbers by tokens that are made outside. An "
                "administrator can allow more: trunkline users set NAME --max-numbers N.",
            )
        self.count += 1
        return self.token(text)


def numbers_left(reader: Reader, journal: Journal, now: datetime) -> int | None:
    """How many numbers a user may still have the tokens of today; None for no limit."""
    if not reader.user or reader.role is Role.ADMINISTRATOR:
        return None
    most = NUMBERS_A_DAY if reader.limits.numbers is None else reader.limits.numbers
    return max(0, most - journal.numbers(reader.user, now - timedelta(days=1)))
