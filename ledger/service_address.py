"""Where the address of a service leads to."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

_LOCAL_NAME: Final = "localhost"


def is_loopback(url: str) -> bool:
    """Return whether an address leads to this machine and nowhere else."""
    host = urlsplit(url).hostname or ""
    if host == _LOCAL_NAME:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
