"""The Prefect server that PREFECT_API_URL names: which settings it needs before a run starts on it."""

import base64
import os
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from contracts.errors import SettingError
from ledger.service_address import is_loopback

API_URL_VARIABLE: Final = "PREFECT_API_URL"
AUTH_VARIABLE: Final = "PREFECT_API_AUTH_STRING"
KEY_VARIABLE: Final = "PREFECT_API_KEY"
_ANSWER_SECONDS: Final = 5.0


def check_named_server(api_url: str) -> None:
    """Raise `SettingError` unless the settings protect the server, and it answers and accepts us."""
    check_server_settings(api_url, has_secret=bool(_build_authorization()))
    try:
        status = _ask_for_version(api_url)
    except (OSError, ValueError) as error:
        problem = f"no Prefect server answers at {api_url}: start it, correct the address or unset it"
        raise SettingError(API_URL_VARIABLE, problem, "server_silent", value=api_url) from error
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        problem = f"the Prefect server at {api_url} refuses it, or asks for one: correct it"
        raise SettingError(AUTH_VARIABLE, problem, "server_refuses", value=api_url)


def check_server_settings(api_url: str, *, has_secret: bool) -> None:
    """Raise `SettingError` if a server on another machine is named without https or without a secret.

    Without a secret, everybody who reaches the server could make a worker run their code. Without https, everybody on
    the way could answer in its place and read the secret.
    """
    if is_loopback(api_url):
        return
    if not has_secret:
        problem = f"is not set, and {api_url} is not here: set it to the server's PREFECT_SERVER_API_AUTH_STRING"
        raise SettingError(AUTH_VARIABLE, problem, "server_secret", value=api_url)
    if urlsplit(api_url).scheme != "https":
        problem = f"expected https for a server on another machine, got {api_url!r}"
        raise SettingError(API_URL_VARIABLE, problem, "server_https", value=api_url)


def _ask_for_version(api_url: str) -> int:
    """Return the status of the server's answer to a request that needs its secret."""
    url = f"{api_url.rstrip('/')}/admin/version"
    request = urllib.request.Request(url, headers=_build_authorization())  # noqa: S310 - the address of the settings
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as response:  # noqa: S310 - as above
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _build_authorization() -> dict[str, str]:
    if secret := os.environ.get(AUTH_VARIABLE):
        return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
    if key := os.environ.get(KEY_VARIABLE):
        return {"Authorization": f"Bearer {key}"}
    return {}
