"""Run the flow on a Prefect server: the one that PREFECT_API_URL names, that of a schedule, or a child of the run."""

import os
from collections.abc import Callable

from flows.prefect_support.local_server import ServerLostError, is_our_server, local_server
from flows.prefect_support.named_server import API_URL_VARIABLE, check_named_server
from flows.prefect_support.running_server import find_running_server
from flows.prefect_support.server_access import ServerAccess
from flows.prefect_support.settings import prefect_environment
from flows.run.contract_check import check_year_contracts
from flows.run.flow_outcome import FlowOutcome, collect_outcome
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_roster
from ledger.private_files import make_private_folder


class ServerRefusedError(Exception):
    """The Prefect server did not let the flow run to its end."""


def run_on_prefect(paths: YearPaths, notify: Callable[[str], None]) -> int:
    """Run the flow and return how many jobs failed; *notify* receives the keys of what happens to the server.

    Raises `ContractError` before a server is started: what a flow raises, Prefect would print with its whole stack.
    Raises `ServerStartError`, `ServerLostError` or `ServerRefusedError` if the work is not done because of the server.
    """
    library = paths.open_contracts()
    check_year_contracts(library, read_year_roster(paths))
    environment = prefect_environment(paths.state_folder)
    for name, value in environment.items():
        os.environ.setdefault(name, value)  # Prefect reads its settings when it is imported
    make_private_folder(paths.state_folder)
    if named := os.environ.get(API_URL_VARIABLE):
        check_named_server(named)
        return _run(paths, named)
    if running := find_running_server(paths.state_folder):
        notify("server_shared")
        return _run_on_server(paths, running, lambda: is_our_server(running))
    notify("server")
    with local_server(paths.state_folder, environment) as server:
        _warm_up()  # our own imports take seconds too: beside the server's, not after them
        server.wait_until_healthy()
        notify("server_ready")
        return _run_on_server(paths, server.access, server.is_alive)


def _run_on_server(paths: YearPaths, access: ServerAccess, is_alive: Callable[[], bool]) -> int:
    """Run the flow; raise `ServerLostError` if the server has ended meanwhile: part of the work may not be done."""
    lost = ServerLostError("the local Prefect server ended during the run: see its log in the state folder")
    try:
        failure_count = _run(paths, access.api_url, access.secret)
    except Exception as error:
        if is_alive():
            raise
        raise lost from error
    if not is_alive():
        raise lost
    return failure_count


def _warm_up() -> None:
    import flows.annual  # noqa: F401, PLC0415


def _run(paths: YearPaths, api_url: str, secret: str = "") -> int:
    """Run the flow on the server; *secret* is that of a local one, the environment has that of a named one."""
    from flows.prefect_support.client_settings import use_server  # noqa: PLC0415 - Prefect costs seconds: only here

    with use_server(api_url, secret, has_heartbeat=False):
        return _get_failure_count(_run_flow(paths))


def _run_flow(paths: YearPaths) -> FlowOutcome:
    """Run the flow and return how it ended; the state that Prefect returns may be the server's, and is not used."""
    from prefect.exceptions import Abort, Pause  # noqa: PLC0415 - as above

    from flows.annual import annual_review  # noqa: PLC0415 - as above

    with collect_outcome() as outcome:
        try:
            annual_review(
                year=paths.year,
                inputs=str(paths.input_folder),
                outputs=str(paths.output_folder),
                state=str(paths.state_folder),
                ledger=paths.ledger_url,
                store=paths.store_location,
                contracts=str(paths.contracts_folder or ""),
                language=paths.language,
                return_state=True,
            )
        except (Abort, Pause, Exception) as error:  # the first two, by which the server stops a run, are no exceptions
            if not outcome.has_ended:
                raise ServerRefusedError(f"the Prefect server stopped the run: {type(error).__name__}") from error
    return outcome


def _get_failure_count(outcome: FlowOutcome) -> int:
    if outcome.failure_count is not None:
        return outcome.failure_count
    if outcome.error is None:
        raise ServerRefusedError("the Prefect server says that the run has ended; it has not begun")
    if _comes_from_server(outcome.error):
        raise ServerRefusedError("the Prefect server broke the run off") from outcome.error
    raise outcome.error


def _comes_from_server(error: BaseException) -> bool:
    """Return whether Prefect raised an error because of the server's answer, or because there was none."""
    from flows.prefect_support.server_errors import SERVER_ERRORS  # noqa: PLC0415 - as above

    return isinstance(error, SERVER_ERRORS)
