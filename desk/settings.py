"""Settings from options and environment."""

import os
from pathlib import Path

from contracts.contract_library import Library, open_library
from flows.year.locations import Places

CONTRACTS, STATE, LEDGER = "HESUAN_CONTRACTS", "HESUAN_STATE", "HESUAN_LEDGER"


def contracts_folder() -> Path | None:
    """Return the edited contracts folder that the environment names, if any."""
    named = os.environ.get(CONTRACTS)
    return Path(named) if named else None


def library() -> Library:
    """Open the contracts that are in force here."""
    return open_library(contracts_folder())


def state_folder(given: Path | None) -> Path:
    """Return the state folder: the option, else the environment, else ``state``."""
    return given or Path(os.environ.get(STATE) or "state")


def places(year: int, *, inputs: Path, outputs: Path, state: Path | None) -> Places:
    """Return where a command reads and writes."""
    return Places(
        year=year,
        inputs=inputs,
        outputs=outputs,
        state=state_folder(state),
        ledger=os.environ.get(LEDGER, ""),
        contracts=contracts_folder(),
    )
