"""A ledger on PostgreSQL is verified by its address and by the name of the state folder."""

from dataclasses import replace
from pathlib import Path

from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from ledger.folder_store import FolderStore
from ledger.ledger import Ledger
from review.events import Event, EventKind
from tests.builders.year import ground_of


def test_ledger_in_a_database_is_verified_with_the_state_folder(database: str, tmp_path: Path) -> None:
    """One sentence on the ledger and one on the store; an object that is lost is named."""
    places = replace(ground_of(tmp_path).places, ledger_url=database)
    sha256 = FolderStore(places.state_folder).store_object(b"a workbook")
    with Ledger.open(database) as ledger:
        event = Event(kind=EventKind.RECEIVED, year=2024, county="530113", version=1, sha256=sha256)
        ledger.append(event, key="received")
    assert show_verification(places.state_folder, places, head=None) is ExitCode.CLEAR
    FolderStore(places.state_folder).get_path(sha256).unlink()
    assert show_verification(places.state_folder, places, head=None) is ExitCode.FINDINGS
