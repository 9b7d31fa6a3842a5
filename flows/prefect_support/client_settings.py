"""Prefect's settings in this process while it uses a server: they hold although Prefect has been imported before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    temporary_settings,
)


@contextmanager
def use_server(api_url: str, secret: str = "", *, has_heartbeat: bool = True) -> Iterator[None]:
    """Use a server while the block runs; *secret* is that of a local one, the environment has that of a named one.

    Runs send a heartbeat unless *has_heartbeat* is false; it costs a second at the end of each.
    """
    settings: dict[Any, object] = {PREFECT_API_URL: api_url}
    if not has_heartbeat:
        settings[PREFECT_FLOWS_HEARTBEAT_FREQUENCY] = None
    if secret:
        settings[PREFECT_API_AUTH_STRING] = secret
    with temporary_settings(settings):
        yield
