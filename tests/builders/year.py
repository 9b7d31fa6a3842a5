"""A year's folders to run in: the sample's inbox, roster and decisions, to be changed before or between runs."""

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from desk.commands.run import run_year
from desk.exit_codes import ExitCode
from flows.year.county_status import CountyStatusRow, build_status_rows
from flows.year.locations import YearPaths
from flows.year.manifest_names import RUN_PAGE_FILE
from flows.year.year_state import load_year_state
from ledger.ledger import Ledger
from review.county_state import find_recorded_roster
from review.events import Event, EventKind
from tests.builders.dongchuan import COUNTY, YEAR, Draft, Rows, decisions, name_of, submission

ROOT = Path(__file__).parents[2]
OTHER = "530114"  # a second county, due where a test says so


@dataclass(frozen=True, slots=True)
class Ground:
    """Inputs, outputs and state of one year below one folder."""

    places: YearPaths

    @property
    def folder(self) -> Path:
        """The folder of a county's submissions."""
        return self.places.inbox / COUNTY

    def hand_in(self, draft: Draft, name: str, county: str = COUNTY) -> Path:
        """Put a submission into a county's folder."""
        return draft.save(self.places.inbox / county / name)

    def sha256(self, version: int) -> str:
        """Return the hash of one of the sample's versions as it lies in the inbox."""
        return hashlib.sha256((self.folder / name_of(version)).read_bytes()).hexdigest()

    def hand_decisions(self, rows: Rows, name: str = "办理意见表.xlsx") -> Path:
        """Put a review workbook into the inbox."""
        return Draft({"办理意见": rows}).save(self.places.inbox / "decisions" / name)

    def roster(self) -> dict[str, Any]:
        """Return the roster as it lies in the inbox."""
        return dict(yaml.safe_load((self.places.inbox / "roster.yaml").read_text(encoding="utf-8")))

    def write_roster(self, roster: dict[str, Any]) -> None:
        """Write the roster anew."""
        text = yaml.safe_dump(roster, allow_unicode=True, sort_keys=False)
        (self.places.inbox / "roster.yaml").write_text(text, encoding="utf-8")

    def run(self) -> ExitCode:
        """Run the year in line."""
        return run_year(self.places, inline=True)

    def ledger(self) -> Ledger:
        """Open the ledger of the year."""
        return self.places.open_ledger(must_exist=True)

    def events(self) -> list[Event]:
        """Return what is on record."""
        with self.ledger() as ledger:
            return [entry.event for entry in ledger.list_entries(YEAR)]

    def head(self) -> str:
        """Return the digest of the last entry."""
        with self.ledger() as ledger:
            return ledger.get_head()

    def rows(self) -> dict[str, CountyStatusRow]:
        """Return where each county stands, by code."""
        with self.ledger() as ledger:
            roster = find_recorded_roster(ledger.list_entries(YEAR))
            assert roster is not None
            return {
                row.code: row
                for row in build_status_rows(load_year_state(self.places, ledger, roster).county_states, roster)
            }

    def files(self) -> dict[str, str]:
        """Return the hash of every file of outputs and state, by path; locks are no content."""
        found = (
            path
            for top in (self.places.output_folder, self.places.state_folder)
            for path in top.rglob("*")
            if path.is_file()
        )
        return {
            path.relative_to(self.places.input_folder.parent).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in found
            if path.suffix != ".lock"
        }

    def outputs(self) -> dict[str, bytes]:
        """Return every output by path, without the page of the last run, which tells when it ran."""
        top = self.places.output_folder
        paths = (path for path in sorted(top.rglob("*")) if path.is_file() and path.name != RUN_PAGE_FILE)
        return {path.relative_to(top).as_posix(): path.read_bytes() for path in paths}

    def copy_to(self, root: Path) -> "Ground":
        """Return a copy of everything under another folder."""
        shutil.copytree(self.places.input_folder.parent, root)
        return Ground(replace(ground_of(root).places, contracts_folder=self.places.contracts_folder))

    def under(self, contracts: Path) -> "Ground":
        """Return the same folders under other contracts."""
        return Ground(replace(self.places, contracts_folder=contracts))


def ground_of(root: Path) -> Ground:
    """Return the folders below one root; nothing is made."""
    return Ground(
        YearPaths(year=YEAR, input_folder=root / "inputs", output_folder=root / "outputs", state_folder=root / "state")
    )


def prepared(root: Path, *, versions: Iterable[int] = (1, 2), decided: bool = True) -> Ground:
    """Make the sample's inbox below a folder: versions, roster, and the decisions on version 2."""
    ground = ground_of(root)
    ground.places.inbox.mkdir(parents=True)
    shutil.copy(ROOT / "inputs" / str(YEAR) / "roster.yaml", ground.places.inbox)
    for version in versions:
        ground.hand_in(submission(version), name_of(version))
    if decided:
        ground.hand_decisions(decisions(ground.sha256(2)))
    return ground


def with_other_due(ground: Ground) -> None:
    """Make a second county due."""
    roster = ground.roster()
    roster["due"].append({"code": OTHER, "name": "呈贡区", "city": "530100"})
    ground.write_roster(roster)


def copied_contracts(folder: Path) -> Path:
    """Return a copy of the contracts' data, to be edited."""
    shutil.copytree(ROOT / "contracts", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def contracts_of_years(folder: Path, years: Iterable[int]) -> Path:
    """Return contracts in which the package of the sample's year has these years, and no other package has them."""
    package = copied_contracts(folder) / "packages" / f"{COUNTY}-{YEAR}.yaml"
    text = package.read_text(encoding="utf-8")
    package.write_text(text.replace(f"years: [{YEAR}]", f"years: {list(years)}"), encoding="utf-8")
    for later_package in package.parent.glob(f"{COUNTY}-*.yaml"):
        if later_package != package:
            later_package.unlink()
    return folder


def contracts_with_other(folder: Path) -> Path:
    """Return contracts in which the second county must send the same as the first."""
    copied_contracts(folder)
    package = folder / "packages" / f"{COUNTY}-{YEAR}.yaml"
    text = package.read_text(encoding="utf-8").replace(f"id: {COUNTY}", f"id: {OTHER}")
    text = text.replace(f'county: "{COUNTY}"', f'county: "{OTHER}"')
    package.with_name(f"{OTHER}-{YEAR}.yaml").write_text(text, encoding="utf-8")
    register = folder / "registers" / "divisions-nbs-2023.yaml"
    known = yaml.safe_load(register.read_text(encoding="utf-8"))
    townships = known["counties"][COUNTY]["townships"]
    moved = {code.replace(COUNTY, OTHER): name for code, name in townships.items()}
    known["counties"][OTHER] = {"name": "呈贡区", "city": "530100", "townships": moved}
    register.write_text(yaml.safe_dump(known, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def steps(events: Iterable[Event]) -> list[tuple[str, str, int, str]]:
    """Return what happened in short: kind, county, version, and the action or the output."""
    return [
        (
            event.kind.value,
            event.county,
            event.version,
            str(event.facts["path"]) if event.kind is EventKind.ISSUED else event.action,
        )
        for event in events
    ]
