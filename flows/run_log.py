"""The progress of a run in Prefect's own log, so that it can be read on the page of the flow run.

A line holds stage, county, kind of event, file name and counts. Messages to people are left out: they may quote cells.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from prefect.logging import get_run_logger

from flows.run.run_stages import LISTENER
from flows.year.jobs import ProgressLine

LOGGED_FACTS: Final = ("name", "version", "code", "file", "row", "path", "hard", "soft", "notes", "count", "failed")
"""Facts of a progress line that hold no text of a county."""

_LEVELS: Final = {"refused": logging.WARNING, "denied": logging.WARNING, "failed": logging.ERROR}


@contextmanager
def log_to_prefect() -> Iterator[None]:
    """Log every line of progress to the current flow run while the block runs, beside the listener that is set."""
    logger, listener = get_run_logger(), LISTENER.get()

    def log_line(stage: str, county: str, line: ProgressLine) -> None:
        logger.log(_LEVELS.get(line.key, logging.INFO), "%s", format_line(stage, county, line))
        listener(stage, county, line)

    token = LISTENER.set(log_line)
    try:
        yield
    finally:
        LISTENER.reset(token)


def format_line(stage: str, county: str, line: ProgressLine) -> str:
    """Return a line of the log without any text that may come from a cell."""
    parts = [stage, county, line.key, *_format_facts(line.facts)]
    return " ".join(filter(None, parts))


def _format_facts(facts: Mapping[str, str]) -> Iterator[str]:
    for name in LOGGED_FACTS:
        if facts.get(name):
            yield f"{name}={facts[name]}"
