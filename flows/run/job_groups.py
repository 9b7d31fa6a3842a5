"""Jobs in groups: one task of a flow engine, or one message to a worker process, does several of them."""

from collections.abc import Iterator, Sequence
from typing import Final

from flows.year.jobs import AnyJob

# Below this number, starting worker processes costs more than they gain.
MIN_JOBS_FOR_WORKERS: Final = 20
# So that no worker waits for long while another does the last group.
_GROUPS_PER_WORKER: Final = 4
_MAX_GROUP_SIZE: Final = 16

JobGroup = tuple[AnyJob, ...]


def group_jobs(jobs: Sequence[AnyJob], worker_count: int) -> Iterator[JobGroup]:
    """Yield the jobs in groups of neighbours, in the same order; few jobs have a group each."""
    size = max(1, min(_MAX_GROUP_SIZE, len(jobs) // (_GROUPS_PER_WORKER * worker_count)))
    for start in range(0, len(jobs), size):
        yield tuple(jobs[start : start + size])
