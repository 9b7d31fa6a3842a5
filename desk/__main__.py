"""``python -m desk`` is the ``hesuan`` command, for a machine without the installed script."""

from desk.app import main

main()
