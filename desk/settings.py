"""Settings from command-line options and environment variables."""

import os
from pathlib import Path

from contracts.contract_library import ContractLibrary, open_library
from contracts.messages import LANGUAGE_VARIABLE, LANGUAGES
from flows.year.locations import YearPaths
from ledger.service_address import STORE_VARIABLE

CONTRACTS_VARIABLE = "HESUAN_CONTRACTS"
STATE_VARIABLE = "HESUAN_STATE"
LEDGER_VARIABLE = "HESUAN_LEDGER"


def find_contracts_folder() -> Path | None:
    """Return the edited contracts folder set in the environment, or None if none is set."""
    folder = os.environ.get(CONTRACTS_VARIABLE)
    if not folder:
        return None
    return Path(folder)


def find_language() -> str:
    """Return the language set in the environment, or that of the counties; whether there is such a one shows later."""
    return os.environ.get(LANGUAGE_VARIABLE) or LANGUAGES[0]


def open_configured_library() -> ContractLibrary:
    """Open the contracts folder set in the environment, or the shipped one, in the language that is set."""
    return open_library(find_contracts_folder(), find_language())


def resolve_state_folder(option: Path | None) -> Path:
    """Return the state folder: the option, else the environment, else ``state``."""
    return option or Path(os.environ.get(STATE_VARIABLE) or "state")


def resolve_paths(year: int, *, inputs: Path, outputs: Path, state: Path | None) -> YearPaths:
    """Return the locations that a command reads and writes; *state* is the option, if it was given."""
    return YearPaths(
        year=year,
        input_folder=inputs,
        output_folder=outputs,
        state_folder=resolve_state_folder(state),
        ledger_url=os.environ.get(LEDGER_VARIABLE, ""),
        store_location=os.environ.get(STORE_VARIABLE, ""),
        contracts_folder=find_contracts_folder(),
        language=find_language(),
    )
