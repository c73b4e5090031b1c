"""The commands around the simulator: what they refuse before anything is started."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from trunkline.cli.demo import command as demo
from trunkline.cli.simulate import command as simulate
from trunkline.errors import UsageError


@pytest.mark.parametrize("port", ["-1", "65536", "99999"])
def test_a_port_that_there_cannot_be(port: str) -> None:
    with pytest.raises(click.BadParameter, match="65535"):
        simulate.make_context("simulate", ["--port", port])


@pytest.mark.parametrize("port", ["0", "65535"])
def test_a_port_that_there_can_be(port: str) -> None:
    assert simulate.make_context("simulate", ["--port", port]).params["port"] == int(port)


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "catalog.sqlite"
    kept.write_text("somebody's data")
    for taken in (tmp_path, kept):
        with pytest.raises(UsageError, match=str(taken)) as caught:
            demo.main(["--keep", str(taken)], standalone_mode=False)
        assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.sqlite"]
    assert kept.read_text() == "somebody's data"
