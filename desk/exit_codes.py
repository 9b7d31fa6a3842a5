"""The exit codes of the commands; schedulers rely on them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit code of a command.

    ``CLEAR``: nothing blocks. ``FINDINGS``: there are hard findings, or something verified is not intact. ``USAGE``:
    wrong usage, settings or contracts. ``REFUSED_FILE``: a file was refused. ``FAULT``: the program itself is at fault.
    ``REFUSED_ACTION``: an action was refused.
    """

    CLEAR = 0
    FINDINGS = 1
    USAGE = 2
    REFUSED_FILE = 3
    FAULT = 4
    REFUSED_ACTION = 5
