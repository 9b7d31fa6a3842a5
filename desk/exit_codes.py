"""Exit codes: a scheduler acts on them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit code says."""

    CLEAR = 0  # nothing blocks
    FINDINGS = 1  # hard findings, or something verified is not intact
    USAGE = 2  # wrong usage, settings or contracts
    REFUSED_FILE = 3  # a file was refused
    FAULT = 4  # the program's own fault
    REFUSED_ACTION = 5  # an action was refused
