"""Archives: everything on record about one county and year, in a bag that proves itself whole."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from checks.model.finding import Refusal
from checks.versions.row_identity import contents_of
from filing.archive_checklist import ArchiveScene, SubProject, archive_book
from filing.book.cell_builders import day_of
from filing.context.filing_context import COUNTY
from flows.intake.returned_files import Office, marked_bytes
from flows.outputs.filings_due import OWN, RECEIPT, filings, fingerprint
from flows.outputs.write_filings import Filer
from flows.year.program_version import NAME, VERSION
from flows.year.year_state import Scene
from ledger.bagit_archive import write_bag, zip_bag
from ledger.object_store import Store
from review.county_state import Standing, Version
from review.events import Entry, Kind
from review.roster import Due, Roster
from workbooks.reader.read_workbook import read_book
from workbooks.writer.write_book import write_book

SUB_PROJECTS = "sub_projects"
_FIELDS = ("sub_project", "name", "department", "accepted_number", "archived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """One archive that was made: where, how many files, and what the measures want that is missing."""

    county: Due
    place: Path
    files: int
    missing: tuple[str, ...]


def archive_county(
    scene: Scene, roster: Roster, due: Due, *, out: Path, paper: Mapping[str, str], zipped: bool = False
) -> Archived:
    """Make the archive of one county; *paper* maps items of the checklist to the numbers of paper files."""
    standing = scene.standings[due.code]
    files = dict(_files(scene, roster, due, standing))
    payload = {name: data for parts in files.values() for name, data in parts.items()}
    checklist = _checklist(scene, due, files, paper)
    payload[f"{scene.words('archive.file.checklist')}.xlsx"] = write_book(archive_book(checklist, scene.words))
    folder = out / f"{due.code}-{scene.places.year}"
    write_bag(folder, payload, _info(scene, roster, due))
    if zipped:
        zip_bag(folder, folder.with_name(f"{folder.name}.zip"))
    return Archived(county=due, place=folder, files=len(payload), missing=tuple(one.name for one in checklist.missing))


def _info(scene: Scene, roster: Roster, due: Due) -> dict[str, str]:
    newest = _touching(scene, due)[-1]
    return {
        "Bagging-Date": day_of(newest.at).isoformat(),
        "Bag-Software-Agent": f"{NAME} {VERSION}",
        "Source-Organization": next((one.unit for one in roster.officers if one.area == due.code), due.name),
        "External-Identifier": f"{due.code}-{scene.places.year}",
        "External-Description": scene.words("archive.title", county=due.name, year=scene.places.year),
        "Bag-Group-Identifier": f"{roster.province[0]}-{scene.places.year}",
        "Ledger-Entry": newest.digest,
        "Contracts-Version": scene.contracts,
        "Key-Fingerprint": fingerprint(scene),
    }


def _touching(scene: Scene, due: Due) -> list[Entry]:
    """Return the entries about a county, without those about outputs: these may be made again at any time."""
    return [one for one in scene.history if one.event.county == due.code and one.event.kind is not Kind.ISSUED]


def _files(scene: Scene, roster: Roster, due: Due, standing: Standing) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield, for each item of the checklist, the files that hold it by their place in the archive."""
    store, words = scene.places.store(), scene.words
    checked = [one for one in standing.versions if one.checked]
    made = {
        "submission": {_named(one): store.read(one.sha256) for one in standing.versions},
        "marked": dict(_results(scene, standing, checked)),
        "decisions": {f"{words('archive.file.entries')}.jsonl": _entries(scene, due)},
        "filing": dict(_filing(scene, roster, due, store)),
        "contracts": dict(_contracts(scene, store, checked)),
    }
    for item, files in made.items():
        folder = words(f"archive.folder.{item}")
        yield item, {f"{folder}/{name}": data for name, data in files.items()}


def _results(scene: Scene, standing: Standing, checked: list[Version]) -> Iterator[tuple[str, bytes]]:
    """Yield what each check found: the marked workbook where there is anything to mark, and the report."""
    office = Office(scene.library, scene.words, scene.places.store())
    for one in checked:
        if one.hard or one.soft or one.notes:
            name = scene.words("archive.file.marked", version=one.number)
            yield f"{name}.xlsx", marked_bytes(office, standing, one)
        yield f"{scene.words('archive.file.report', version=one.number)}.json", office.store.read(one.report)


def _entries(scene: Scene, due: Due) -> bytes:
    """Write the county's entries of the ledger, one a line."""
    lines = (json.dumps(asdict(one), ensure_ascii=False, sort_keys=True) for one in _touching(scene, due))
    return "".join(f"{one}\n" for one in lines).encode()


def _contracts(scene: Scene, store: Store, checked: list[Version]) -> Iterator[tuple[str, bytes]]:
    for version in dict.fromkeys(one.contracts for one in checked if one.contracts):
        for name, content in contracts_of(store, scene, version).items():
            yield f"{version[:12]}/{name}", content


def _named(version: Version) -> str:
    kind = "xlsm" if version.name.lower().endswith(".xlsm") else "xlsx"
    return f"{version.number:02d}-{version.sha256[:12]}.{kind}"


def _filing(scene: Scene, roster: Roster, due: Due, store: Store) -> Iterator[tuple[str, bytes]]:
    filer = Filer.of(scene, roster)
    for one in filings(scene, roster):
        if one.area.code == due.code and one.kind in (COUNTY, RECEIPT):
            yield one.path.rsplit("/", 1)[-1], write_book(filer.book(one, store))
        elif one.area.code == due.code and one.kind == OWN:
            yield one.path.rsplit("/", 1)[-1], store.read(one.basis)


def contracts_of(store: Store, scene: Scene, version: str) -> dict[str, bytes]:
    """Return the contracts as they were under a version; nothing where they were not kept."""
    if version == scene.contracts:
        return scene.library.data_files()
    if not store.has(version):
        return {}
    parts = store.read(version).split(b"\0")[:-1]
    return {name.decode(): content for name, content in zip(parts[::2], parts[1::2], strict=True)}


def _checklist(
    scene: Scene, due: Due, files: Mapping[str, Mapping[str, bytes]], paper: Mapping[str, str]
) -> ArchiveScene:
    return ArchiveScene(
        county=due.name,
        code=due.code,
        year=scene.places.year,
        items=scene.library.exhibits().archive,
        files={item: _shown(tuple(names)) for item, names in files.items()},
        paper=paper,
        digests={name: hashlib.sha256(data).hexdigest() for parts in files.values() for name, data in parts.items()},
        sub_projects=tuple(_sub_projects(scene, due)),
        created=_touching(scene, due)[-1].at,
    )


def _shown(names: tuple[str, ...]) -> tuple[str, ...]:
    """Name the folder in place of its files where there are many."""
    return names if len(names) <= 3 else tuple(dict.fromkeys(f"{one.split('/', 1)[0]}/" for one in names))  # noqa: PLR2004


def _sub_projects(scene: Scene, due: Due) -> Iterator[SubProject]:
    """Read from the newest version what the county says of its sub-projects' own archives."""
    newest = scene.standings[due.code].newest
    book = read_book(scene.places.store().read(newest.sha256), scene.words) if newest else None
    if book is None or isinstance(book, Refusal):
        return
    content = contents_of(book, scene.library, scene.words).get(SUB_PROJECTS)
    for line in content.lines if content else ():
        if line.texts.get(_FIELDS[0]):
            yield SubProject(*(line.texts.get(one, "") for one in _FIELDS))
