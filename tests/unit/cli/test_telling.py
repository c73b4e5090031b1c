"""What reaches a terminal, and what is said although nothing else is."""

from __future__ import annotations

import json
from datetime import date

import pytest

from trunkline.cli import grid
from trunkline.cli.progress import watching
from trunkline.cli.telling import tell, visible
from trunkline.engine.events import LockWait, Merging

HOSTILE = "gone\r\b\x1b[2J\x7f\x9b31m\u202e\U000e0001"


def test_no_control_character_of_a_job_reaches_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    grid.show(("job", "note"), [("7266cf3d", f"{HOSTILE}\nand a second line")])
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["job", "note"]
    assert row.isprintable()
    assert row.startswith(r"7266cf3d  gone\u000d\u0008\u001b[2J\u007f\u009b31m\u202e")
    assert row.endswith(r"\u000aand a second line")


def test_an_escape_is_one_of_json() -> None:
    assert visible("plain, ü and 日本\n") == "plain, ü and 日本\n"
    assert json.loads(f'"{visible(HOSTILE)}"') == HOSTILE


def test_an_error_holds_no_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    tell(f"job lost: {HOSTILE}")
    assert capsys.readouterr().err.removesuffix("\n").isprintable()


def test_a_wait_for_the_lock_is_told_even_to_the_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(quiet=True) as observe:
        observe(LockWait())
    assert "waiting" in capsys.readouterr().err


def test_of_several_organisations_it_is_said_whose_month_is_merged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with watching(quiet=False, named=True) as observe:
        observe(Merging(date(2025, 3, 1), "acme"))
    assert capsys.readouterr().err == "acme: 2025-03 is complete: merging its files\n"
