"""Archives: everything on record about one county and year, in a bag that proves itself whole."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from checks.model.finding import Refusal
from checks.versions.row_identity import build_form_snapshots
from filing.archive_checklist import ArchiveContext, SubProject, build_archive_book
from filing.book.cell_builders import get_local_date
from filing.context.filing_context import COUNTY
from flows.intake.returned_files import ReturnContext, build_marked_file
from flows.outputs.filings_due import OWN_COPY, RECEIPT, get_key_fingerprint, list_filings
from flows.outputs.write_filings import FilingWriter
from flows.year.program_version import PROGRAM_NAME, PROGRAM_VERSION
from flows.year.year_state import YearState
from ledger.bagit_archive import write_bag, zip_bag
from ledger.object_store import ObjectStore
from review.county_state import CountyState, SubmissionVersion
from review.events import EventKind, LedgerEntry
from review.roster import DueCounty, Roster
from workbooks.reader.read_workbook import read_workbook
from workbooks.writer.write_book import write_book

SUB_PROJECTS_FORM = "sub_projects"
_SUB_PROJECT_FIELDS = ("sub_project", "name", "department", "accepted_number", "archived")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyArchive:
    """One archive that was made: where, how many files, and what the measures want that is missing."""

    county: DueCounty
    folder: Path
    file_count: int
    missing_items: tuple[str, ...]


def archive_county(
    state: YearState,
    roster: Roster,
    due_county: DueCounty,
    *,
    target_folder: Path,
    paper_numbers: Mapping[str, str],
    make_zip: bool = False,
) -> CountyArchive:
    """Make the archive of one county; *paper* maps items of the checklist to the numbers of paper files."""
    standing = state.county_states[due_county.code]
    files = dict(_collect_files(state, roster, due_county, standing))
    payload = {name: data for parts in files.values() for name, data in parts.items()}
    checklist = _collect_checklist(state, due_county, files, paper_numbers)
    payload[f"{state.messages('archive.file.checklist')}.xlsx"] = write_book(
        build_archive_book(checklist, state.messages)
    )
    folder = target_folder / f"{due_county.code}-{state.paths.year}"
    write_bag(folder, payload, _build_bag_info(state, roster, due_county))
    if make_zip:
        zip_bag(folder, folder.with_name(f"{folder.name}.zip"))
    return CountyArchive(
        county=due_county,
        folder=folder,
        file_count=len(payload),
        missing_items=tuple(one.name for one in checklist.missing_items),
    )


def _build_bag_info(state: YearState, roster: Roster, due_county: DueCounty) -> dict[str, str]:
    newest = _list_county_entries(state, due_county)[-1]
    return {
        "Bagging-Date": get_local_date(newest.at).isoformat(),
        "Bag-Software-Agent": f"{PROGRAM_NAME} {PROGRAM_VERSION}",
        "Source-Organization": next(
            (one.unit for one in roster.officers if one.area == due_county.code), due_county.name
        ),
        "External-Identifier": f"{due_county.code}-{state.paths.year}",
        "External-Description": state.messages("archive.title", county=due_county.name, year=state.paths.year),
        "Bag-Group-Identifier": f"{roster.province[0]}-{state.paths.year}",
        "Ledger-Entry": newest.digest,
        "Contracts-Version": state.contracts_version,
        "Key-Fingerprint": get_key_fingerprint(state),
    }


def _list_county_entries(state: YearState, due_county: DueCounty) -> list[LedgerEntry]:
    """Return the entries about a county, without those about outputs: these may be made again at any time."""
    return [
        one for one in state.history if one.event.county == due_county.code and one.event.kind is not EventKind.ISSUED
    ]


def _collect_files(
    state: YearState, roster: Roster, due_county: DueCounty, county_state: CountyState
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield, for each item of the checklist, the files that hold it by their place in the archive."""
    store, words = state.paths.open_store(), state.messages
    checked = [one for one in county_state.versions if one.is_checked]
    made = {
        "submission": {_name_version_file(one): store.load_object(one.sha256) for one in county_state.versions},
        "marked": dict(_collect_check_results(state, county_state, checked)),
        "decisions": {f"{words('archive.file.entries')}.jsonl": _dump_entries(state, due_county)},
        "filing": dict(_collect_filing_files(state, roster, due_county, store)),
        "contracts": dict(_collect_contracts(state, store, checked)),
    }
    for item, files in made.items():
        folder = words(f"archive.folder.{item}")
        yield item, {f"{folder}/{name}": data for name, data in files.items()}


def _collect_check_results(
    state: YearState, county_state: CountyState, checked_versions: list[SubmissionVersion]
) -> Iterator[tuple[str, bytes]]:
    """Yield what each check found: the marked workbook where there is anything to mark, and the report."""
    office = ReturnContext(state.library, state.messages, state.paths.open_store())
    for one in checked_versions:
        if one.hard_count or one.soft_count or one.note_count:
            name = state.messages("archive.file.marked", version=one.number)
            yield f"{name}.xlsx", build_marked_file(office, county_state, one)
        yield (
            f"{state.messages('archive.file.report', version=one.number)}.json",
            office.store.load_object(one.report_sha256),
        )


def _dump_entries(state: YearState, due_county: DueCounty) -> bytes:
    """Write the county's entries of the ledger, one a line."""
    lines = (
        json.dumps(asdict(one), ensure_ascii=False, sort_keys=True) for one in _list_county_entries(state, due_county)
    )
    return "".join(f"{one}\n" for one in lines).encode()


def _collect_contracts(
    state: YearState, store: ObjectStore, checked_versions: list[SubmissionVersion]
) -> Iterator[tuple[str, bytes]]:
    for version in dict.fromkeys(one.contracts_sha256 for one in checked_versions if one.contracts_sha256):
        for name, content in load_kept_contracts(store, state, version).items():
            yield f"{version[:12]}/{name}", content


def _name_version_file(version: SubmissionVersion) -> str:
    kind = "xlsm" if version.name.lower().endswith(".xlsm") else "xlsx"
    return f"{version.number:02d}-{version.sha256[:12]}.{kind}"


def _collect_filing_files(
    state: YearState, roster: Roster, due_county: DueCounty, store: ObjectStore
) -> Iterator[tuple[str, bytes]]:
    filer = FilingWriter.create(state, roster)
    for one in list_filings(state, roster):
        if one.area.code == due_county.code and one.kind in (COUNTY, RECEIPT):
            yield one.path.rsplit("/", 1)[-1], write_book(filer.build_book(one, store))
        elif one.area.code == due_county.code and one.kind == OWN_COPY:
            yield one.path.rsplit("/", 1)[-1], store.load_object(one.basis)


def load_kept_contracts(store: ObjectStore, state: YearState, contracts_version: str) -> dict[str, bytes]:
    """Return the contracts as they were under a version; nothing where they were not kept."""
    if contracts_version == state.contracts_version:
        return state.library.collect_data_files()
    if not store.has_object(contracts_version):
        return {}
    parts = store.load_object(contracts_version).split(b"\0")[:-1]
    return {name.decode(): content for name, content in zip(parts[::2], parts[1::2], strict=True)}


def _collect_checklist(
    state: YearState, due_county: DueCounty, files: Mapping[str, Mapping[str, bytes]], paper_numbers: Mapping[str, str]
) -> ArchiveContext:
    return ArchiveContext(
        county=due_county.name,
        code=due_county.code,
        year=state.paths.year,
        items=state.library.get_filing_layout().archive_items,
        files_by_item={item: _collapse_names(tuple(names)) for item, names in files.items()},
        paper_file_numbers=paper_numbers,
        sha256_by_path={
            name: hashlib.sha256(data).hexdigest() for parts in files.values() for name, data in parts.items()
        },
        sub_projects=tuple(_collect_sub_projects(state, due_county)),
        created_at=_list_county_entries(state, due_county)[-1].at,
    )


def _collapse_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Name the folder in place of its files where there are many."""
    return names if len(names) <= 3 else tuple(dict.fromkeys(f"{one.split('/', 1)[0]}/" for one in names))  # noqa: PLR2004


def _collect_sub_projects(state: YearState, due_county: DueCounty) -> Iterator[SubProject]:
    """Read from the newest version what the county says of its sub-projects' own archives."""
    newest = state.county_states[due_county.code].newest_version
    book = read_workbook(state.paths.open_store().load_object(newest.sha256), state.messages) if newest else None
    if book is None or isinstance(book, Refusal):
        return
    content = build_form_snapshots(book, state.library, state.messages).get(SUB_PROJECTS_FORM)
    for line in content.rows if content else ():
        if line.texts.get(_SUB_PROJECT_FIELDS[0]):
            yield SubProject(*(line.texts.get(one, "") for one in _SUB_PROJECT_FIELDS))
