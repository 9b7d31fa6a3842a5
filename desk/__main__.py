"""The ``hesuan`` command; ``python -m desk`` also runs it if the script is not installed."""

import gc


def main() -> None:
    """Load and run the command line.

    The garbage collector is off while modules are loaded: importing a thousand of them creates no garbage, and
    collection would take a tenth of the time of a short command. It stays off until the command turns it on.
    """
    gc.disable()
    from desk.app import run_command_line  # noqa: PLC0415 - imported while the collector is off

    run_command_line()


if __name__ == "__main__":
    main()
