"""Errors that Prefect raises because of its server's answer, or because there was none."""

from typing import Final

from httpx import HTTPError
from prefect.exceptions import PrefectException

SERVER_ERRORS: Final = (HTTPError, PrefectException)
