"""Run the flow on a Prefect server: the one that PREFECT_API_URL names, or a local child for the time of the run."""

import os
from collections.abc import Callable

from contracts.errors import ContractError
from flows.prefect_support.local_server import LocalServer, ServerLost, is_healthy, local_server
from flows.prefect_support.settings import prefect_environment
from flows.run.contract_check import prove_contracts
from flows.year.locations import Places
from flows.year.year_inputs import read_year_roster

API = "PREFECT_API_URL"


def run_on_prefect(places: Places, say: Callable[[str], None]) -> int:
    """Run the flow and return how many jobs failed; *say* hears the keys of what happens to the server.

    Raises `ContractError` before a server is started: what a flow raises Prefect would tell with its whole course.
    """
    library = places.library()
    prove_contracts(library, read_year_roster(places, library.wording()))
    environment = prefect_environment(places.state)
    for name, value in environment.items():
        os.environ.setdefault(name, value)  # Prefect reads its settings when it is imported
    if named := os.environ.get(API):
        if not is_healthy(named, through_proxies=True):
            raise ContractError(API, f"no Prefect server answers at {named}: start it, correct the address or unset it")
        return _run(places, named)
    say("server")
    with local_server(places.state, environment) as server:
        _warm_up()  # our own imports take seconds too: beside the server's, not after them
        server.wait_until_healthy()
        say("server_ready")
        return _run_while_it_lives(places, server)


def _run_while_it_lives(places: Places, server: LocalServer) -> int:
    """Run the flow; raise `ServerLost` where it broke because the server is there no more."""
    try:
        return _run(places, server.api)
    except Exception as error:
        if server.process.poll() is None:
            raise
        raise ServerLost("the local Prefect server ended during the run: see its log in the state folder") from error


def _warm_up() -> None:
    import flows.annual  # noqa: F401, PLC0415


def _run(places: Places, api: str) -> int:
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings  # noqa: PLC0415

    from flows.annual import annual_review  # noqa: PLC0415 - Prefect costs seconds and is needed only here

    with temporary_settings({PREFECT_API_URL: api, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return annual_review(
            year=places.year,
            inputs=str(places.inputs),
            outputs=str(places.outputs),
            state=str(places.state),
            ledger=places.ledger,
            contracts=str(places.contracts or ""),
        )
