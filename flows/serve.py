"""The yearly run on a schedule: a Prefect server with its pages, and one deployment that runs at the hours set."""

import _thread
import logging
import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.prefect_support.interrupts import InterruptWatch, watch_interrupts
from flows.prefect_support.local_server import LocalServer, ServerLostError, local_server
from flows.prefect_support.named_server import API_URL_VARIABLE, AUTH_VARIABLE, check_named_server
from flows.prefect_support.running_server import announce_server
from flows.prefect_support.settings import prefect_environment, scheduling_environment
from flows.year.locations import YearPaths
from ledger.private_files import make_private_folder, write_private_file
from ledger.store_location import locate_store

if TYPE_CHECKING:
    from prefect.client.schemas.schedules import CronSchedule

TIME_ZONE: Final = "Asia/Shanghai"
SECRET_FILE: Final = "pages-secret.txt"  # noqa: S105 - the name of a file
_RUN_END_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 1.0
_CRON_FIELD_COUNT: Final = 5  # minute, hour, day of month, month, day of week


class InvalidCronError(Exception):
    """The line says no hours."""


def serve_year(paths: YearPaths, cron: str, port: int, notify: Callable[..., None]) -> None:
    """Run a year at the hours of a cron line, Chinese time, until stopped.

    *notify* receives the keys of what happens. The server is the one that PREFECT_API_URL names, else a local child
    that ends with this process. A run that finds the year busy ends at once: the lock of the year is ours, Prefect's
    own limit counts deployments. Raises `InvalidCronError` before anything is started, `PortTakenError` if another
    program listens on the port, and `ServerLostError` if the local server ends by itself. After Ctrl+C it waits for a
    run to end, then returns.
    """
    if len(cron.split()) != _CRON_FIELD_COUNT:
        raise InvalidCronError(cron)
    environment = {**prefect_environment(paths.state_folder), **scheduling_environment()}
    for name, value in environment.items():
        os.environ.setdefault(name, value)  # Prefect reads its settings when it is imported
    schedule = _build_schedule(cron)
    make_private_folder(paths.state_folder)
    if named := os.environ.get(API_URL_VARIABLE):
        check_named_server(named)
        _serve_flow(paths, schedule)
        return
    notify("server")
    with watch_interrupts() as interrupts, local_server(paths.state_folder, environment, port) as server:
        server.wait_until_healthy()
        _serve_on_server(paths, schedule, _ServedYear(server, interrupts), notify)


@dataclass(frozen=True, slots=True)
class _ServedYear:
    """What ends the serving of a year: its server does, or Ctrl+C."""

    server: LocalServer
    interrupts: InterruptWatch

    def wait_for_end(self, has_ended: threading.Event) -> None:
        """Return when the server has ended, Ctrl+C was pressed, or the event is set."""
        while not has_ended.is_set() and self.server.is_alive():
            if self.interrupts.was_pressed.wait(_POLL_SECONDS):
                return


def _serve_on_server(
    paths: YearPaths, schedule: "CronSchedule", served: _ServedYear, notify: Callable[..., None]
) -> None:
    from flows.prefect_support.client_settings import use_server  # noqa: PLC0415 - as below

    access, secret_file = served.server.access, paths.state_folder / "prefect" / SECRET_FILE
    # The runs are processes of their own, and find both in their environment, which no other user can read.
    os.environ |= {API_URL_VARIABLE: access.api_url, AUTH_VARIABLE: access.secret}
    write_private_file(secret_file, f"{access.secret}\n".encode())
    try:
        notify("serving", address=access.origin, path=str(secret_file))
        with (
            announce_server(paths.state_folder, access),
            _stop_with(served),
            use_server(access.api_url, access.secret),
        ):
            _serve_flow(paths, schedule)
    finally:
        _end_runs()
        secret_file.unlink(missing_ok=True)
        del os.environ[API_URL_VARIABLE], os.environ[AUTH_VARIABLE]


def _end_runs() -> None:
    """Wait for the processes of runs to end, while their server is there: without it they would try it for minutes.

    A run that goes on for too long is stopped; the next one goes on where it was.
    """
    deadline = time.monotonic() + _RUN_END_SECONDS
    for process in multiprocessing.active_children():
        process.join(max(0.0, deadline - time.monotonic()))
        if process.is_alive():
            process.terminate()


@contextmanager
def _stop_with(served: _ServedYear) -> Iterator[None]:
    """Stop the block if the server ends or Ctrl+C is pressed, as SIGTERM would: without a server no run would start.

    Raises `ServerLostError` if the server ended.
    """
    has_ended = threading.Event()

    def stop_at_end() -> None:
        served.wait_for_end(has_ended)
        if not has_ended.is_set():
            logging.disable()  # the stacks that Prefect logs while it is stopped say nothing more
        while not has_ended.wait(1):  # Prefect may not have set its handler yet
            _thread.interrupt_main(signal.SIGTERM)

    threading.Thread(target=stop_at_end, daemon=True).start()
    try:
        with served.interrupts.hold():
            yield
    except (Exception, SystemExit) as error:  # Prefect leaves its handler of SIGTERM by the latter
        if served.interrupts.was_pressed.is_set():
            return
        if served.server.is_alive():
            raise
        raise ServerLostError("the local Prefect server ended: see its log in the state folder") from error
    finally:
        has_ended.set()
        logging.disable(logging.NOTSET)


def _build_schedule(cron: str) -> "CronSchedule":
    # A line that cannot be read must leave no folder behind; ours is made later, with permissions of its own.
    warnings.filterwarnings("ignore", message="Failed to create the Prefect home", category=UserWarning)
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
        "store": locate_store(paths.store_location),
        "contracts": str(paths.contracts_folder.resolve()) if paths.contracts_folder else "",
        "language": paths.language,
    }
