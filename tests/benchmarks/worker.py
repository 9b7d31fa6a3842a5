"""A process that measures one thing and stays warm: jobs come as JSON lines, what each cost goes back as one.

CPU seconds are those of this process and of the children that ended meanwhile. Memory is what this process and its
children have in use together, looked at a hundred times a second.
"""

import gc
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.cpu import ENDED, OWN, used_by
from tests.benchmarks.engines import ENGINES, READERS, Run
from tests.benchmarks.plots import Stored, subject_of, table_of, with_table

MEGABYTE = 1024 * 1024


@dataclass(slots=True)
class Watch:
    """The most memory in use since it began, in bytes, over this process and its children."""

    process: psutil.Process = field(default_factory=psutil.Process)
    most: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look again and again until told to stop."""
        while not self.done.wait(0.01):
            self.most = max(self.most, in_use(self.process))


def in_use(own: psutil.Process) -> int:
    """Return the resident bytes of a process and its children."""
    total = 0
    with suppress(psutil.Error):  # it may have ended meanwhile
        for child in (own, *own.children()):
            with suppress(psutil.Error):
                total += child.memory_info().rss
    return total


@contextmanager
def watched(pid: int | None = None) -> Iterator[Watch]:
    """Watch the memory of a process, of this one unless told, while something runs."""
    process = psutil.Process(pid)
    watch = Watch(process, in_use(process))
    thread = threading.Thread(target=watch.look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.done.set()
        thread.join()


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its children that have ended."""
    return sum(used_by(who) for who in (OWN, ENDED))


def measured(run: Run) -> dict[str, Any]:
    """Run once and return what it cost."""
    gc.collect()
    before = in_use(psutil.Process())
    with watched() as watch:
        start, clock = cpu_seconds(), time.perf_counter()
        found = run()
        seconds, elapsed = cpu_seconds() - start, time.perf_counter() - clock
    megabytes = {"over": (watch.most - before) // MEGABYTE, "whole": watch.most // MEGABYTE}
    return {"seconds": seconds, "elapsed": elapsed, **megabytes, "found": dict(found)}


def ready(job: dict[str, Any]) -> Run:
    """Make ready what a job asks for: a reader on a workbook, or an engine on stored frames."""
    if job["name"] in READERS:
        return READERS[job["name"]][1](Path(job["workbook"]))
    subject = subject_of(Path(job["workbook"]))
    table = Stored(Path(job["frames"])).restore(table_of(subject))
    return ENGINES[job["name"]].ready(with_table(subject, table))


def main() -> None:
    """Answer jobs until the input ends; one on a small file goes before each, so that all is loaded."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    for line in sys.stdin:
        job = json.loads(line)
        run = ready(job)
        if job.get("warm"):
            run()
        answers.write(json.dumps(measured(run)) + "\n")
        answers.flush()
        del run


if __name__ == "__main__":
    main()
