"""The yearly run on a schedule: a Prefect server with its pages, and one deployment that runs at the hours set."""

import os
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from contracts.errors import ContractError
from flows.prefect_support.local_server import is_healthy, local_server
from flows.prefect_support.settings import prefect_environment, scheduling_environment
from flows.run_on_prefect import API
from flows.year.locations import Places

if TYPE_CHECKING:
    from prefect.client.schemas.schedules import CronSchedule

TIME_ZONE: Final = "Asia/Shanghai"
_FIELDS: Final = 5  # minute, hour, day of month, month, day of week


class CronUnreadable(Exception):  # noqa: N818 - reads as what happened
    """The line says no hours."""


def serve_year(places: Places, cron: str, port: int, say: Callable[..., None]) -> None:
    """Run a year at the hours of a cron line, Chinese time, until stopped; *say* hears the keys of what happens.

    The server is the one that PREFECT_API_URL names, else a local child that ends with this process. A run that finds
    the year busy ends at once: the lock of the year is ours, Prefect's own limit counts deployments. Raises
    `CronUnreadable` before anything is started.
    """
    if len(cron.split()) != _FIELDS:
        raise CronUnreadable(cron)
    environment = {**prefect_environment(places.state), **scheduling_environment(port)}
    for name, value in environment.items():
        os.environ.setdefault(name, value)  # Prefect reads its settings when it is imported
    schedule = _schedule(cron)
    if named := os.environ.get(API):
        if not is_healthy(named, through_proxies=True):
            raise ContractError(API, f"no Prefect server answers at {named}: start it, correct the address or unset it")
        _serve(places, schedule)
        return
    say("server")
    with local_server(places.state, environment, port) as server:
        server.wait_until_healthy()
        os.environ[API] = server.api  # the runs are processes of their own, and find it there
        say("serving", address=server.api.removesuffix("/api"))
        _serve(places, schedule)


def _schedule(cron: str) -> "CronSchedule":
    from prefect.client.schemas.schedules import CronSchedule  # noqa: PLC0415 - Prefect costs seconds: only here

    try:
        return CronSchedule(cron=cron, timezone=TIME_ZONE)
    except ValueError as error:
        raise CronUnreadable(cron) from error


def _serve(places: Places, schedule: "CronSchedule") -> None:
    from prefect.types.entrypoint import EntrypointType  # noqa: PLC0415 - as above

    from flows.annual import annual_review  # noqa: PLC0415 - as above

    # Stopped from outside, Prefect's runner leaves a coroutine of its own behind and would say so on the terminal.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop'", category=RuntimeWarning)
    annual_review.serve(
        name=f"annual-review-{places.year}",
        schedules=[schedule],
        parameters=parameters_of(places),
        limit=1,
        print_starting_message=False,
        entrypoint_type=EntrypointType.MODULE_PATH,  # the flow is found wherever the program is installed
    )


def parameters_of(places: Places) -> dict[str, str | int]:
    """Return the flow's parameters, paths made absolute: a run of its own has a working folder of its own."""
    return {
        "year": places.year,
        "inputs": str(places.inputs.resolve()),
        "outputs": str(places.outputs.resolve()),
        "state": str(places.state.resolve()),
        "ledger": places.ledger,
        "contracts": str(places.contracts.resolve()) if places.contracts else "",
    }
