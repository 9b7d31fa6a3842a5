"""The ``hesuan`` command, also as ``python -m desk`` where the script is not installed."""

import gc


def main() -> None:
    """Load and run the command line.

    Loading a thousand modules makes no garbage, and looking for it would take a tenth of a short command's time:
    the collector is held until the command's own work begins.
    """
    gc.disable()
    from desk.app import run_command_line  # noqa: PLC0415 - loaded while the collector is held

    run_command_line()


if __name__ == "__main__":
    main()
