"""The county corrects and explains in the very file that came back, and sends it again: accepted."""

import shutil
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from checks.model.finding import Refusal
from checks.model.report import ACCEPTED
from contracts.contract_library import open_library
from flows.decisions.guarded_ledger import GuardedLedger
from flows.run.run_context import RunContext
from flows.run.stage_loop import run_jobs_inline, run_stages_once
from flows.year.jobs import ProgressLine
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from review.county_state import CountyState
from tests.builders import libreoffice
from tests.builders.dongchuan import COVER, SHEET_2, SHEET_3, submission
from workbooks.examine import validate_file

REASON = "汤丹镇之前的一行并入铜都街道，序号沿用计划附件的编号"
LISTED, MENDED = "问题清单", (1, 2, 3, 4, 6, 7, 8, 9, 10)


def places_of(folder: Path) -> YearPaths:
    """Lay out a year with the sample's roster and no decisions."""
    places = YearPaths(
        year=2024, input_folder=folder / "inputs", output_folder=folder / "outputs", state_folder=folder / "state"
    )
    (places.inbox / "530113").mkdir(parents=True)
    shutil.copy(Path("inputs/2024/roster.yaml"), places.inbox)
    return places


def send(places: YearPaths, version: int, data: bytes) -> CountyState:
    """Hand in a version, run, and return where the county stands."""
    (places.inbox / "530113" / f"第{version}版.xlsx").write_bytes(data)
    words = places.open_contracts().get_messages()
    with places.open_ledger() as ledger:
        year = RunContext(
            paths=places,
            inputs=read_year_inputs(places, words),
            ledger=ledger,
            guarded_ledger=GuardedLedger(ledger),
            run_jobs=run_jobs_inline,
            report_progress=_silent,
        )
        assert run_stages_once(year) == []
        return year.load_state().county_states["530113"]


def _silent(_: str, __: str, ___: ProgressLine) -> None:
    """Nobody listens."""


def returned(places: YearPaths, version: int) -> Path:
    """Return the marked workbook of a version."""
    return places.output_path(f"returned/530113/530113-2024-第{version}版-问题标注.xlsx")


def faulty() -> bytes:
    """Make a first version with one wrong figure and one gap in the numbering."""
    return submission(1, serials=MENDED).put(SHEET_2, "C6", 77).bytes()


def typed(path: Path, cells: list[tuple[str, str, str | int]]) -> bytes:
    """Type into cells of a workbook and save it with another program's hands."""
    book = openpyxl.load_workbook(path)
    for sheet, cell, value in cells:
        book[sheet][cell].value = value
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_corrected_and_explained_in_the_returned_file(tmp_path: Path) -> None:
    """One figure mended, one explanation written, the cover's version raised: nothing is left to do."""
    places = places_of(tmp_path)
    assert send(places, 1, faulty()).state == "returned"
    mended = typed(returned(places, 1), [(SHEET_2, "C6", 200), (LISTED, "H5", REASON), (COVER, "B8", 2)])
    standing = send(places, 2, mended)
    newest = standing.newest_version
    assert newest is not None
    assert (standing.state, newest.number, newest.hard_count, newest.soft_count, newest.explained_count) == (
        "received",
        2,
        0,
        1,
        1,
    )
    book = openpyxl.load_workbook(returned(places, 2))
    assert book.sheetnames[:2] == [LISTED, "变动情况"]
    assert (book[LISTED]["B4"].value, book[LISTED]["H4"].value) == ("核实（已说明）", REASON)
    assert (book[SHEET_2]["C6"].fill.fill_type, book[SHEET_2]["C6"].comment) == (None, None)
    assert book[SHEET_3]["A9"].fill.fgColor.rgb == "FFFFEB9C"


def test_explanation_survives_a_file_made_anew(tmp_path: Path) -> None:
    """Explanations are on record: the next version need not come from the marked file."""
    places = places_of(tmp_path)
    send(places, 1, faulty())
    send(places, 2, typed(returned(places, 1), [(LISTED, "H5", REASON), (COVER, "B8", 2)]))
    standing = send(places, 3, submission(3, serials=MENDED).bytes())
    assert standing.state == "received"
    assert openpyxl.load_workbook(returned(places, 3))[LISTED]["H4"].value == REASON


def test_explanation_is_carried_within_one_inbox(tmp_path: Path) -> None:
    """Two versions that arrive together are read in their order."""
    places = places_of(tmp_path)
    send(places, 1, faulty())
    explained = typed(returned(places, 1), [(LISTED, "H5", REASON), (COVER, "B8", 2)])
    (places.inbox / "530113" / "第2版.xlsx").write_bytes(explained)
    assert send(places, 3, submission(3, serials=MENDED).bytes()).state == "received"


def test_outputs_are_current_and_made_again_the_same(tmp_path: Path) -> None:
    """A second run writes nothing; an output deleted comes back byte for byte."""
    places = places_of(tmp_path)
    send(places, 1, faulty())
    send(places, 2, submission(2).bytes())
    before = {path: path.read_bytes() for path in places.output_folder.rglob("*") if path.is_file()}
    assert {path.suffix for path in before} == {".xlsx", ".html"}
    assert {item.name for item in before} >= {"2024-进度.html", "530113-2024-第1版-核对报告.html"}
    for path in before:
        path.unlink()
    send(places, 2, submission(2).bytes())
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.slow
@pytest.mark.skipif(libreoffice.PROGRAM is None, reason="LibreOffice is not installed")
def test_round_trip_in_libreoffice(tmp_path: Path) -> None:
    """Opened, corrected, explained and saved in LibreOffice, the marked file is accepted, its old marks gone."""
    places = places_of(tmp_path)
    send(places, 1, faulty())
    saved = tmp_path / "saved.xlsx"
    cells: list[libreoffice.Typed] = [(SHEET_2, "C6", 200), (LISTED, "H5", REASON), (COVER, "B8", 2)]
    libreoffice.type_into(returned(places, 1), saved, cells, tmp_path / "profile")
    library = open_library()
    report = validate_file(saved.read_bytes(), library, library.get_messages())
    assert not isinstance(report, Refusal)
    assert (report.outcome, report.explanation_count) == (ACCEPTED, 1)
    assert send(places, 2, saved.read_bytes()).state == "received"
    book = openpyxl.load_workbook(returned(places, 2))
    assert (book[SHEET_2]["C6"].fill.fill_type, book[SHEET_2]["C6"].comment) == (None, None)
    assert book[SHEET_3]["A9"].comment.text.count("F11") == 1
