"""What is below a data directory is its owner's alone, whatever the umask and whoever made it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from trunkline import private
from trunkline.errors import ConfigError

if os.name == "nt":
    pytest.skip("modes are of other systems", allow_module_level=True)


@pytest.fixture(autouse=True)
def _no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_made_is_private(tmp_path: Path) -> None:
    private.home(tmp_path / "a" / "home")
    private.folder(tmp_path / "a" / "home" / "files")
    private.file(tmp_path / "a" / "home" / "x.sqlite")
    assert mode(tmp_path / "a" / "home") == 0o700
    assert mode(tmp_path / "a" / "home" / "files") == 0o700
    assert mode(tmp_path / "a" / "home" / "x.sqlite") == 0o600


def test_what_was_open_to_others_is_closed_and_a_file_keeps_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir(mode=0o755)
    (tmp_path / "x.sqlite").write_text("kept")
    private.folder(tmp_path / "files")
    private.file(tmp_path / "x.sqlite")
    assert (mode(tmp_path / "files"), mode(tmp_path / "x.sqlite")) == (0o700, 0o600)
    assert (tmp_path / "x.sqlite").read_text() == "kept"


@pytest.mark.parametrize("allowed", [0o700, 0o750, 0o755, 0o770])
def test_a_data_directory_that_is_there_keeps_its_mode(tmp_path: Path, allowed: int) -> None:
    (tmp_path / "home").mkdir(mode=allowed)
    private.home(tmp_path / "home")
    assert mode(tmp_path / "home") == allowed


@pytest.mark.parametrize("open_to_all", [0o777, 0o1777, 0o703])
def test_a_data_directory_for_everybody_to_write_to_is_refused(
    tmp_path: Path, open_to_all: int
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home").chmod(open_to_all)
    with pytest.raises(ConfigError, match="everybody may write to") as raised:
        private.home(tmp_path / "home")
    assert f"chmod 700 {tmp_path}/home" in (raised.value.hint or "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_data_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    os.chown(tmp_path / "home", 4321, -1)
    with pytest.raises(ConfigError, match=r"belongs to another user \(uid 4321\)"):
        private.home(tmp_path / "home")


def test_a_link_is_judged_by_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o700)
    (tmp_path / "home").symlink_to("there")
    private.home(tmp_path / "home")
    (tmp_path / "there").chmod(0o777)
    with pytest.raises(ConfigError, match="everybody"):
        private.home(tmp_path / "home")


def test_a_link_into_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to("nowhere")
    with pytest.raises(ConfigError, match="cannot be made"):
        private.home(tmp_path / "home")


def test_what_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for make in (private.home, private.folder, private.file):
        with pytest.raises(ConfigError, match="cannot be made") as raised:
            make(tmp_path / "file" / "below")
        assert "TRUNKLINE_HOME" in (raised.value.hint or "")


@pytest.mark.parametrize(("given", "told"), [(0o600, None), (0o640, "0640"), (0o604, "0604")])
def test_whether_others_can_read_it(tmp_path: Path, given: int, told: str | None) -> None:
    (tmp_path / "x").write_text("")
    (tmp_path / "x").chmod(given)
    assert private.open_to_others(tmp_path / "x") == told
    assert private.open_to_others(tmp_path / "absent") is None
