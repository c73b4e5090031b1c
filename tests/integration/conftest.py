"""What the tests of the simulator with the vendor's own SDK share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The SDK's package.

    It keeps one configuration for the process, read from a file under the home directory; here
    that file is a temporary one that turns its watching thread off.
    """
    home = tmp_path_factory.mktemp("home")
    config = home / ".genesyscloudpython" / "config"
    config.parent.mkdir()
    config.write_text("[general]\nlive_reload_config = false\n[logging]\nlog_to_console = false\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOME", str(home))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import PureCloudPlatformClientV2 as client  # noqa: N813, PLC0415
        yield client
    assert [path for path in home.rglob("*") if path.is_file()] == [config]
