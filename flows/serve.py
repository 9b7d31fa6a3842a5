"""The yearly run on a schedule: a Prefect server with its pages, and one deployment that runs at the hours set."""

import os
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from contracts.errors import ContractError
from flows.prefect_support.local_server import is_healthy, local_server
from flows.prefect_support.settings import prefect_environment, scheduling_environment
from flows.run_on_prefect import API_URL_VARIABLE
from flows.year.locations import YearPaths

if TYPE_CHECKING:
    from prefect.client.schemas.schedules import CronSchedule

TIME_ZONE: Final = "Asia/Shanghai"
_CRON_FIELD_COUNT: Final = 5  # minute, hour, day of month, month, day of week


class InvalidCronError(Exception):
    """The line says no hours."""


def serve_year(paths: YearPaths, cron: str, port: int, notify: Callable[..., None]) -> None:
    """Run a year at the hours of a cron line, Chinese time, until stopped; *say* hears the keys of what happens.

    The server is the one that PREFECT_API_URL names, else a local child that ends with this process. A run that finds
    the year busy ends at once: the lock of the year is ours, Prefect's own limit counts deployments. Raises
    `CronUnreadable` before anything is started.
    """
    if len(cron.split()) != _CRON_FIELD_COUNT:
        raise InvalidCronError(cron)
    environment = {**prefect_environment(paths.state_folder), **scheduling_environment(port)}
    for name, value in environment.items():
        os.environ.setdefault(name, value)  # Prefect reads its settings when it is imported
    schedule = _build_schedule(cron)
    if named := os.environ.get(API_URL_VARIABLE):
        if not is_healthy(named, through_proxies=True):
            raise ContractError(
                API_URL_VARIABLE, f"no Prefect server answers at {named}: start it, correct the address or unset it"
            )
        _serve_flow(paths, schedule)
        return
    notify("server")
    with local_server(paths.state_folder, environment, port) as server:
        server.wait_until_healthy()
        os.environ[API_URL_VARIABLE] = server.api_url  # the runs are processes of their own, and find it there
        notify("serving", address=server.api_url.removesuffix("/api"))
        _serve_flow(paths, schedule)


def _build_schedule(cron: str) -> "CronSchedule":
    from prefect.client.schemas.schedules import CronSchedule  # noqa: PLC0415 - Prefect costs seconds: only here

    try:
        return CronSchedule(cron=cron, timezone=TIME_ZONE)
    except ValueError as error:
        raise InvalidCronError(cron) from error


def _serve_flow(paths: YearPaths, schedule: "CronSchedule") -> None:
    from prefect.types.entrypoint import EntrypointType  # noqa: PLC0415 - as above

    from flows.annual import annual_review  # noqa: PLC0415 - as above

    # Stopped from outside, Prefect's runner leaves a coroutine of its own behind and would say so on the terminal.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop'", category=RuntimeWarning)
    annual_review.serve(
        name=f"annual-review-{paths.year}",
        schedules=[schedule],
        parameters=build_flow_parameters(paths),
        limit=1,
        print_starting_message=False,
        entrypoint_type=EntrypointType.MODULE_PATH,  # the flow is found wherever the program is installed
    )


def build_flow_parameters(paths: YearPaths) -> dict[str, str | int]:
    """Return the flow's parameters, paths made absolute: a run of its own has a working folder of its own."""
    return {
        "year": paths.year,
        "inputs": str(paths.input_folder.resolve()),
        "outputs": str(paths.output_folder.resolve()),
        "state": str(paths.state_folder.resolve()),
        "ledger": paths.ledger_url,
        "contracts": str(paths.contracts_folder.resolve()) if paths.contracts_folder else "",
    }
