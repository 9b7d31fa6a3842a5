"""Run the flow on a Prefect server: the one that PREFECT_API_URL names, or a local child for the time of the run."""

import os
from collections.abc import Callable

from contracts.errors import ContractError
from flows.prefect_support.local_server import LocalServer, ServerLostError, is_healthy, local_server
from flows.prefect_support.settings import prefect_environment
from flows.run.contract_check import check_year_contracts
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_roster

API_URL_VARIABLE = "PREFECT_API_URL"


def run_on_prefect(paths: YearPaths, notify: Callable[[str], None]) -> int:
    """Run the flow and return how many jobs failed; *say* hears the keys of what happens to the server.

    Raises `ContractError` before a server is started: what a flow raises Prefect would tell with its whole course.
    """
    library = paths.open_contracts()
    check_year_contracts(library, read_year_roster(paths, library.get_messages()))
    environment = prefect_environment(paths.state_folder)
    for name, value in environment.items():
        os.environ.setdefault(name, value)  # Prefect reads its settings when it is imported
    if named := os.environ.get(API_URL_VARIABLE):
        if not is_healthy(named, through_proxies=True):
            raise ContractError(
                API_URL_VARIABLE, f"no Prefect server answers at {named}: start it, correct the address or unset it"
            )
        return _run(paths, named)
    notify("server")
    with local_server(paths.state_folder, environment) as server:
        _warm_up()  # our own imports take seconds too: beside the server's, not after them
        server.wait_until_healthy()
        notify("server_ready")
        return _run_on_server(paths, server)


def _run_on_server(paths: YearPaths, server: LocalServer) -> int:
    """Run the flow; raise `ServerLost` where it broke because the server is there no more."""
    try:
        return _run(paths, server.api_url)
    except Exception as error:
        if server.process.poll() is None:
            raise
        raise ServerLostError(
            "the local Prefect server ended during the run: see its log in the state folder"
        ) from error


def _warm_up() -> None:
    import flows.annual  # noqa: F401, PLC0415


def _run(paths: YearPaths, api_url: str) -> int:
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings  # noqa: PLC0415

    from flows.annual import annual_review  # noqa: PLC0415 - Prefect costs seconds and is needed only here

    with temporary_settings({PREFECT_API_URL: api_url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return annual_review(
            year=paths.year,
            inputs=str(paths.input_folder),
            outputs=str(paths.output_folder),
            state=str(paths.state_folder),
            ledger=paths.ledger_url,
            contracts=str(paths.contracts_folder or ""),
        )
