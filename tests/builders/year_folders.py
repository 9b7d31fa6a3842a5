"""A year's folders for a test: files, roster and decisions put where people put them, and runs in this process."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from contracts.contract_library import open_library
from flows.run.run_stages import run_stages
from flows.run.run_summary import RunSummary, summarise_run
from flows.run.stage_loop import run_jobs_inline
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import YearState, load_year_state
from review.proposal import Proposal
from review.roster import Roster
from tests.builders import dongchuan

ROOT = Path(__file__).parents[2]
PEOPLE = {"county": "530113-01", "city": "530100-01", "province": "530000-01"}


@dataclass
class YearFolders:
    """One year of the sample county."""

    base: Path

    def __post_init__(self) -> None:
        """Put the roster in its place, unless the folders are a copy of others."""
        if self.places.inbox.exists():
            return
        self.places.inbox.mkdir(parents=True)
        shutil.copy(ROOT / "inputs" / "2024" / "roster.yaml", self.places.inbox)

    def copy_to(self, base: Path) -> "YearFolders":
        """Return a copy of everything below another folder."""
        shutil.copytree(self.base, base, dirs_exist_ok=True)
        return YearFolders(base)

    @property
    def places(self) -> YearPaths:
        """Return the folders."""
        return YearPaths(
            year=2024, input_folder=self.base / "in", output_folder=self.base / "out", state_folder=self.base / "state"
        )

    def send(self, version: int, changes: Mapping[tuple[str, str], object] | None = None) -> None:
        """Put a version of the county's submission into its folder."""
        draft = dongchuan.submission(2)
        for cover_row in draft.sheets[dongchuan.COVER]:
            if cover_row[0] == "版次":
                cover_row[1] = version
        for (sheet, cell), value in (changes or {}).items():
            draft.put(sheet, cell, value)
        draft.save(self.places.inbox / dongchuan.COUNTY / f"v{version}.xlsx")

    def run(self) -> RunSummary:
        """Run the year and return the summary of the run."""
        assert run_stages(self.places, run_jobs_inline) == 0
        desk = read_year_inputs(self.places, open_library().get_messages())
        return summarise_run(self.year_state(), desk)

    def year_state(self) -> YearState:
        """Read the record."""
        desk = read_year_inputs(self.places, open_library().get_messages())
        with self.places.open_ledger() as ledger:
            return load_year_state(self.places, ledger, desk.roster)

    def roster(self) -> Roster:
        """Read the roster as it was handed in."""
        return read_year_inputs(self.places, open_library().get_messages()).roster

    @property
    def state(self) -> str:
        """The state of the county."""
        return self.year_state().county_states[dongchuan.COUNTY].state

    def hand_in(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put a workbook of decisions into the inbox."""
        headings = open_library().get_messages().get_group("review_book.heading")
        folder = self.places.inbox / "decisions"
        folder.mkdir(exist_ok=True)
        with xlsxwriter.Workbook(folder / name) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, list(headings.values()))
            for at, row in enumerate(rows, start=1):
                sheet.write_row(at, 0, [row.get(heading, "") for heading in headings])


def proposal(level: str, action: str, **given: Any) -> Proposal:
    """Return a decision on the sample county by whoever is in office at that level."""
    facts = {"number": f"{level}〔2025〕1号", "opinion": "同意。", "on": "2025-02-01", **given}
    return Proposal(**{"county": dongchuan.COUNTY, "level": level, "action": action, "by": PEOPLE[level], **facts})
