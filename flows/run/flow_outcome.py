"""How the yearly run ended in this process, kept apart from what a flow engine returns.

What Prefect returns may be a state that its server sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class FlowOutcome:
    """The number of failed jobs, or the error that the flow raised; both are missing if the flow did not run."""

    failure_count: int | None = None
    error: BaseException | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the flow ran to its end or to an error."""
        return self.failure_count is not None or self.error is not None


# Not a variable of the module of the flow: Prefect and Dask pickle the flow with all that it refers to there.
_CURRENT_OUTCOME: ContextVar[FlowOutcome | None] = ContextVar("_CURRENT_OUTCOME", default=None)


@contextmanager
def collect_outcome() -> Iterator[FlowOutcome]:
    """Yield the outcome that a flow fills while the block runs."""
    outcome = FlowOutcome()
    token = _CURRENT_OUTCOME.set(outcome)
    try:
        yield outcome
    finally:
        _CURRENT_OUTCOME.reset(token)


def get_current_outcome() -> FlowOutcome:
    """Return the outcome to fill; nobody reads it if the flow runs in a process of its own."""
    return _CURRENT_OUTCOME.get() or FlowOutcome()
