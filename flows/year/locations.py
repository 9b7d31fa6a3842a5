"""The folders and files that a run reads and writes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.contract_library import ContractLibrary, open_library
from contracts.messages import LANGUAGES

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.object_store import ObjectStore

ROSTER_FILE = "roster.yaml"
DECISIONS_FOLDER = "decisions"
OPENING_FOLDER = "opening"
KEY_FOLDER_VARIABLE = "HESUAN_KEY_DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPaths:
    """Folders of one accounting year.

    *input_folder* is only read; *output_folder* is never read back; *state_folder* has the record. *ledger_url* is
    the URL of a database, empty for the SQLite file in *state_folder*. *store_location* is the folder or the address of
    the store of received files, empty for *state_folder*. *contracts_folder* is an edited folder of
    contracts, or None for the contracts of the program. *language* is that of everything that people read.
    """

    year: int
    input_folder: Path
    output_folder: Path
    state_folder: Path
    ledger_url: str = ""
    store_location: str = ""
    contracts_folder: Path | None = None
    language: str = LANGUAGES[0]

    @property
    def key_folder(self) -> Path:
        """The folder of the signing key, in the user's own configuration: never beside the files that it signs."""
        key_folder = os.environ.get(KEY_FOLDER_VARIABLE)
        if key_folder:
            return Path(key_folder)
        config_variable = "APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME"
        config_folder = os.environ.get(config_variable) or Path.home() / ".config"
        return Path(config_folder) / "hesuan" / "keys"

    @property
    def inbox(self) -> Path:
        """The folder of the year's submissions."""
        return self.input_folder / str(self.year)

    @property
    def ledger_location(self) -> str | Path:
        """The URL of the ledger, or the path of its SQLite file."""
        return self.ledger_url or self.state_folder / "ledger.db"

    @property
    def failure_log(self) -> Path:
        """The log of failed jobs, with their stack traces."""
        return self.state_folder / "logs" / f"{self.year}-failures.log"

    def open_contracts(self) -> ContractLibrary:
        """Open the contracts."""
        return open_library(self.contracts_folder, self.language)

    def open_store(self) -> ObjectStore:
        """Open the store of received files and reports."""
        from ledger.store_location import open_store  # noqa: PLC0415 - checking a single file needs no record

        return open_store(self.store_location or self.state_folder)

    def open_ledger(self, *, must_exist: bool = False) -> Ledger:
        """Open the ledger; raise `LedgerMissingError` if it *must_exist* and does not."""
        from ledger.ledger import Ledger  # noqa: PLC0415 - as above

        return Ledger.open(self.ledger_location, must_exist=must_exist)

    def output_path(self, path: str) -> Path:
        """Return the full path of an output given relative to the year's outputs."""
        return self.output_folder / str(self.year) / path
