"""What an address is, and where it leads to."""

import ipaddress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

STORE_VARIABLE: Final = "HESUAN_STORE"
_LOCAL_NAME: Final = "localhost"
_SCHEME_MARK: Final = "://"


def is_loopback(url: str) -> bool:
    """Return whether an address leads to this machine and nowhere else."""
    host = urlsplit(url).hostname or ""
    if host == _LOCAL_NAME:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_address(location: Path | str) -> bool:
    """Return whether a location is an address, not a folder."""
    return isinstance(location, str) and _SCHEME_MARK in location
