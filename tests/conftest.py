"""What every test needs: a signing key of its own, never the user's; the same examples in each run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from flows.year.locations import KEY_FOLDER_VARIABLE

# Two runs try the same, and a busy machine fails nothing: no test is about how long an example takes.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True, scope="session")
def signing_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the keys of this test session in a folder that goes with it; child processes inherit the setting."""
    folder = tmp_path_factory.mktemp("keys") / "签名 密钥"
    before = os.environ.get(KEY_FOLDER_VARIABLE)
    os.environ[KEY_FOLDER_VARIABLE] = str(folder)
    yield folder
    if before is None:
        del os.environ[KEY_FOLDER_VARIABLE]
    else:
        os.environ[KEY_FOLDER_VARIABLE] = before
