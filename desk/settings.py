"""Settings from options and environment."""

import os
from pathlib import Path

from contracts.contract_library import ContractLibrary, open_library
from flows.year.locations import YearPaths

CONTRACTS_VARIABLE, STATE_VARIABLE, LEDGER_VARIABLE = "HESUAN_CONTRACTS", "HESUAN_STATE", "HESUAN_LEDGER"


def find_contracts_folder() -> Path | None:
    """Return the edited contracts folder that the environment names, if any."""
    named = os.environ.get(CONTRACTS_VARIABLE)
    return Path(named) if named else None


def open_configured_library() -> ContractLibrary:
    """Open the contracts that are in force here."""
    return open_library(find_contracts_folder())


def resolve_state_folder(option: Path | None) -> Path:
    """Return the state folder: the option, else the environment, else ``state``."""
    return option or Path(os.environ.get(STATE_VARIABLE) or "state")


def resolve_paths(year: int, *, inputs: Path, outputs: Path, state: Path | None) -> YearPaths:
    """Return where a command reads and writes."""
    return YearPaths(
        year=year,
        input_folder=inputs,
        output_folder=outputs,
        state_folder=resolve_state_folder(state),
        ledger_url=os.environ.get(LEDGER_VARIABLE, ""),
        contracts_folder=find_contracts_folder(),
    )
