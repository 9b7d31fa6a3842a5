"""Archives everything on record about one county and year in a BagIt bag with the sha256 of each file."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from checks.model.finding import Refusal
from checks.versions.row_identity import build_form_snapshots
from contracts.change_impact import unpack_data_files
from filing.archive_checklist import ArchiveContext, SubProject, build_archive_book
from filing.book.cell_builders import get_local_date
from filing.context.filing_context import COUNTY
from filing.context.links import get_source_extension
from flows.intake.returned_files import ReturnContext, build_marked_file, collect_chain_content
from flows.outputs.filings_due import get_key_fingerprint, list_filings
from flows.outputs.planned_filing import OWN_COPY, RECEIPT
from flows.outputs.write_filings import FilingWriter
from flows.year.program_version import PROGRAM_NAME, PROGRAM_VERSION
from flows.year.year_state import YearState
from ledger.bagit_archive import write_bag, zip_bag
from ledger.object_store import ObjectStore
from ledger.signing_key import Signer
from review.county_state import CountyState, SubmissionVersion
from review.events import EventKind, LedgerEntry
from review.roster import DueCounty, Roster
from workbooks.reader.read_workbook import read_workbook
from workbooks.writer.write_book import write_book

SUB_PROJECTS_FORM = "sub_projects"
_SUB_PROJECT_FIELDS = ("sub_project", "name", "department", "accepted_number", "archived")
_MAX_FILES_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyArchive:
    """An archive that was made: its folder, the number of its files, and the required items that are missing."""

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
    """Make the archive of one county below *target_folder*, and with *make_zip* a ZIP file of it beside its folder.

    *paper_numbers* maps items of the checklist to the numbers of paper files.
    """
    county_state = state.county_states[due_county.code]
    files_by_item = dict(_collect_files(state, roster, due_county, county_state))
    payload = _merge_files(files_by_item)
    checklist = _collect_checklist(state, due_county, files_by_item=files_by_item, paper_numbers=paper_numbers)
    checklist_name = f"{state.messages('archive.file.checklist')}.xlsx"
    payload[checklist_name] = write_book(build_archive_book(checklist, state.messages))
    folder = target_folder / f"{due_county.code}-{state.paths.year}"
    write_bag(folder, payload, _build_bag_info(state, roster, due_county), signer=Signer(state.paths.key_folder))
    if make_zip:
        zip_bag(folder, folder.with_name(f"{folder.name}.zip"))
    return CountyArchive(
        county=due_county,
        folder=folder,
        file_count=len(payload),
        missing_items=tuple(item.name for item in checklist.missing_items),
    )


def _merge_files(files_by_item: Mapping[str, Mapping[str, bytes]]) -> dict[str, bytes]:
    """Return the files of all items by their path in the archive."""
    merged_files: dict[str, bytes] = {}
    for files in files_by_item.values():
        merged_files.update(files)
    return merged_files


def _build_bag_info(state: YearState, roster: Roster, due_county: DueCounty) -> dict[str, str]:
    newest = _list_county_entries(state, due_county)[-1]
    return {
        "Bagging-Date": get_local_date(newest.at).isoformat(),
        "Bag-Software-Agent": f"{PROGRAM_NAME} {PROGRAM_VERSION}",
        "Source-Organization": _find_unit(roster, due_county),
        "External-Identifier": f"{due_county.code}-{state.paths.year}",
        "External-Description": state.messages("archive.title", county=due_county.name, year=state.paths.year),
        "Bag-Group-Identifier": f"{roster.province[0]}-{state.paths.year}",
        "Ledger-Entry": newest.digest,
        "Contracts-Version": state.contracts_version,
        "Key-Fingerprint": get_key_fingerprint(state),
    }


def _find_unit(roster: Roster, due_county: DueCounty) -> str:
    """Return the unit of the county's first officer, or the county's name if it has none."""
    for officer in roster.officers:
        if officer.area == due_county.code:
            return officer.unit
    return due_county.name


def _list_county_entries(state: YearState, due_county: DueCounty) -> list[LedgerEntry]:
    """Return the entries about a county, without those about outputs, which can be made again at any time."""
    return [
        entry
        for entry in state.history
        if entry.event.county == due_county.code and entry.event.kind is not EventKind.ISSUED
    ]


def _collect_files(
    state: YearState, roster: Roster, due_county: DueCounty, county_state: CountyState
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield each item of the checklist with its files by their path in the archive."""
    store, messages = state.paths.open_store(), state.messages
    checked_versions = county_state.checked_versions
    files_by_item = {
        "submission": dict(_collect_submissions(store, county_state)),
        "marked": dict(_collect_check_results(state, county_state, checked_versions)),
        "papers": {paper.name.replace("/", "-"): store.load_object(paper.sha256) for paper in county_state.papers},
        "decisions": {f"{messages('archive.file.entries')}.jsonl": _dump_entries(state, due_county)},
        "filing": dict(_collect_filing_files(state, roster, due_county, store)),
        "contracts": dict(_collect_contracts(state, store, checked_versions)),
    }
    for item, files in files_by_item.items():
        folder = messages(f"archive.folder.{item}")
        yield item, {f"{folder}/{name}": data for name, data in files.items()}


def _collect_submissions(store: ObjectStore, county_state: CountyState) -> Iterator[tuple[str, bytes]]:
    """Yield every received version as it was sent."""
    for version in county_state.versions:
        yield _name_version_file(version), store.load_object(version.sha256)


def _collect_check_results(
    state: YearState, county_state: CountyState, checked_versions: Sequence[SubmissionVersion]
) -> Iterator[tuple[str, bytes]]:
    """Yield the results of each check: the marked workbook if there are findings, and the report."""
    context = ReturnContext(state.library, state.messages, state.paths.open_store())
    for version in checked_versions:
        if version.hard_count or version.soft_count or version.note_count:
            marked_name = state.messages("archive.file.marked", version=version.number)
            chain = collect_chain_content(context, state.procedure, county_state, version)
            yield f"{marked_name}.xlsx", build_marked_file(context, county_state, version, chain)
        report_name = state.messages("archive.file.report", version=version.number)
        yield f"{report_name}.json", context.store.load_object(version.report_sha256)


def _dump_entries(state: YearState, due_county: DueCounty) -> bytes:
    """Return the county's entries of the ledger as lines of JSON."""
    lines = [
        json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True) + "\n"
        for entry in _list_county_entries(state, due_county)
    ]
    return "".join(lines).encode()


def _collect_contracts(
    state: YearState, store: ObjectStore, checked_versions: Sequence[SubmissionVersion]
) -> Iterator[tuple[str, bytes]]:
    """Yield the data files of every contracts version under which a version was checked, in a folder of each."""
    contracts_versions = dict.fromkeys(version.contracts_sha256 for version in checked_versions)
    for contracts_version in filter(None, contracts_versions):
        for name, content in load_kept_contracts(store, state, contracts_version).items():
            yield f"{contracts_version[:12]}/{name}", content


def _name_version_file(version: SubmissionVersion) -> str:
    return f"{version.number:02d}-{version.sha256[:12]}.{get_source_extension(version.name)}"


def _collect_filing_files(
    state: YearState, roster: Roster, due_county: DueCounty, store: ObjectStore
) -> Iterator[tuple[str, bytes]]:
    """Yield the county's filing workbook, its receipt and the copy of its own file."""
    filing_writer = FilingWriter.create(state, roster)
    for planned_filing in list_filings(state, roster):
        if planned_filing.area.code != due_county.code:
            continue
        name = planned_filing.path.rsplit("/", 1)[-1]
        if planned_filing.kind in (COUNTY, RECEIPT):
            yield name, write_book(filing_writer.build_book(planned_filing, store))
        elif planned_filing.kind == OWN_COPY:
            yield name, store.load_object(planned_filing.basis)


def load_kept_contracts(store: ObjectStore, state: YearState, contracts_version: str) -> dict[str, bytes]:
    """Return the data files of a contracts version by name; empty if they were not kept."""
    if contracts_version == state.contracts_version:
        return state.library.collect_data_files()
    if not store.has_object(contracts_version):
        return {}
    return unpack_data_files(store.load_object(contracts_version))


def _collect_checklist(
    state: YearState,
    due_county: DueCounty,
    *,
    files_by_item: Mapping[str, Mapping[str, bytes]],
    paper_numbers: Mapping[str, str],
) -> ArchiveContext:
    return ArchiveContext(
        county=due_county.name,
        code=due_county.code,
        year=state.paths.year,
        items=state.library.get_filing_layout().archive_items,
        files_by_item={item: _collapse_names(tuple(files)) for item, files in files_by_item.items()},
        paper_file_numbers=paper_numbers,
        sha256_by_path=_compute_digests(_merge_files(files_by_item)),
        sub_projects=tuple(_collect_sub_projects(state, due_county)),
        created_at=_list_county_entries(state, due_county)[-1].at,
    )


def _compute_digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


def _collapse_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names, or only their folders if there are more than three."""
    if len(names) <= _MAX_FILES_NAMED:
        return names
    return tuple(dict.fromkeys(f"{name.split('/', 1)[0]}/" for name in names))


def _collect_sub_projects(state: YearState, due_county: DueCounty) -> Iterator[SubProject]:
    """Yield what the newest version reports of the archives of the county's sub-projects."""
    newest = state.county_states[due_county.code].newest_version
    if newest is None:
        return
    workbook = read_workbook(state.paths.open_store().load_object(newest.sha256), state.messages)
    if isinstance(workbook, Refusal):
        return
    form = build_form_snapshots(workbook, state.library, state.messages).get(SUB_PROJECTS_FORM)
    if form is None:
        return
    for row in form.rows:
        if row.texts.get(_SUB_PROJECT_FIELDS[0]):
            yield SubProject(*(row.texts.get(field, "") for field in _SUB_PROJECT_FIELDS))
