"""Where a run reads and writes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.contract_library import ContractLibrary, open_library

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.object_store import ObjectStore

ROSTER_FILE = "roster.yaml"
DECISIONS_FOLDER = "decisions"
OPENING_FOLDER = "opening"
KEY_FOLDER_VARIABLE = "HESUAN_KEY_DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPaths:
    """Folders of one accounting year. *inputs* is read-only; *outputs* is never read back; *state* is the truth.

    *ledger* is a database URL, empty for the SQLite file in *state*; *contracts* an edited contracts folder, or none.
    """

    year: int
    input_folder: Path
    output_folder: Path
    state_folder: Path
    ledger_url: str = ""
    contracts_folder: Path | None = None

    @property
    def key_folder(self) -> Path:
        """Where the signing key is kept: a folder of the user's, never beside what it signs."""
        named = os.environ.get(KEY_FOLDER_VARIABLE)
        if named:
            return Path(named)
        above = os.environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME")
        return (Path(above) if above else Path.home() / ".config") / "hesuan" / "keys"

    @property
    def inbox(self) -> Path:
        """The folder of the year's submissions."""
        return self.input_folder / str(self.year)

    @property
    def ledger_location(self) -> str | Path:
        """Where the ledger lives."""
        return self.ledger_url or self.state_folder / "ledger.db"

    @property
    def failure_log(self) -> Path:
        """Where the traces of failed jobs are kept."""
        return self.state_folder / "logs" / f"{self.year}-failures.log"

    def open_contracts(self) -> ContractLibrary:
        """Open the contracts."""
        return open_library(self.contracts_folder)

    def open_store(self) -> ObjectStore:
        """Open the store of received files and reports."""
        from ledger.object_store import ObjectStore  # noqa: PLC0415 - a check needs no record and should not pay for it

        return ObjectStore(self.state_folder)

    def open_ledger(self, *, must_exist: bool = False) -> Ledger:
        """Open the ledger."""
        from ledger.ledger import Ledger  # noqa: PLC0415 - as above

        return Ledger.open(self.ledger_location, must_exist=must_exist)

    def output_path(self, path: str) -> Path:
        """Return the place of an output named relative to the year's folder."""
        return self.output_folder / str(self.year) / path
