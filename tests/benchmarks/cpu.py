"""CPU seconds, finer than a clock tick where the system keeps them so."""

import os

OWN, ENDED = "own", "ended"


def used_by(who: str) -> float:
    """Return the CPU seconds, user and system, of this process, or of its children that have ended."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        used = os.times()
        return used.user + used.system if who == OWN else used.children_user + used.children_system
    found = resource.getrusage(resource.RUSAGE_SELF if who == OWN else resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime
