"""A Gansu county's submission: made from the contracts, filed whole, found out wherever one figure is changed."""

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from contracts.contract_library import open_library
from contracts.form_model import Role
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, make_samples
from desk.exit_codes import ExitCode
from filing.template.template import build_blank_workbook
from flows.year.locations import YearPaths
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import COUNTY, YEAR, gansu_submission, gansu_workbook, year_before
from workbooks.examine import validate_file
from workbooks.writer.write_template import write_template

NOT_EXACT = {"paddy", "irrigated", "dry", "pbf_in_scope", "pbf_in_county"}  # rounded apart: a cent is no error
NOT_SUMMED = {"planned_money", "done_money", "funds"}


def check(book: Any) -> ValidationReport:
    """Check a workbook of openpyxl with last year's filing at hand."""
    buffer = BytesIO()
    book.save(buffer)
    report = validate_file(buffer.getvalue(), warm_library(), wording(), history=year_before())
    assert not isinstance(report, Refusal), report
    return report


def exact_cells() -> list[tuple[str, str]]:
    """Return every exact area of the submission by sheet and address, total rows included."""
    book = load_workbook(BytesIO(gansu_workbook()))
    found = []
    for form in gansu_submission().forms:
        for at, field in enumerate(form.fields, start=1):
            if field.role is Role.FIGURE and field.name not in NOT_EXACT:
                page = book[form.sheet_names[0]]
                found += [(page.title, page.cell(row, at).coordinate) for row in range(4, page.max_row + 1)]
    return found


CELLS = exact_cells()


@settings(max_examples=12)
@given(cell=st.sampled_from(CELLS), change=st.sampled_from(["1", "-1", "100", "0.5"]))
def test_single_damage_is_found(cell: tuple[str, str], change: str) -> None:
    """Whichever exact area is changed, a finding that blocks or asks names its cell."""
    book = load_workbook(BytesIO(gansu_workbook()))
    sheet, address = cell
    before = book[sheet][address].value
    book[sheet][address].value = float(Decimal(str(before)) + Decimal(change))
    named = {(one.sheet, one.address) for found in check(book).findings for one in found.cells}
    assert cell in named


def test_cross_year_rules_say_that_they_did_not_run() -> None:
    """Without last year's filing nothing is guessed: each rule across years that needs it says so."""
    library = warm_library()
    report = validate_file(gansu_workbook(), library, wording())
    assert isinstance(report, ValidationReport)
    assert report.findings == ()
    waiting = {one.rule for one in report.not_run if one.reason == "no_history"}
    assert waiting == {"Y01", "Y02", "Y03", "Y04", "Y07"}


def test_many_failing_plots_are_counted() -> None:
    """What fails everywhere is put into words for the first rows; one finding counts the rest."""
    book = load_workbook(BytesIO(gansu_workbook(plots=120)))
    page = book["新增耕地明细"]
    column = next(cell.column for cell in page[3] if cell.value == "坡度级别")
    for row in range(4, page.max_row):
        page.cell(row, column).value = "9"
    found = [one for one in check(book).findings if one.rule == "C11"]
    assert len(found) == 51
    assert any("共 120 处" in one.message for one in found)


def test_same_seed_gives_the_same_bytes() -> None:
    """A sample can be made again anywhere; another seed gives another."""
    assert gansu_workbook() == gansu_workbook()
    assert gansu_workbook() != gansu_workbook(seed=4)


def test_package_of_the_province_holds_for_its_counties_only() -> None:
    """A county of the register is asked for the province's forms; a code that merely looks alike is not."""
    library = open_library()
    package = library.find_package(COUNTY, YEAR)
    assert package is not None
    assert (package.id, package.county) == ("62-2024", COUNTY)
    assert library.find_package("629999", YEAR) is None
    own = library.find_package("530113", YEAR)
    assert own is not None
    assert own.id == "530113-2024"


def test_gansu_rules_hold_in_gansu_only(tmp_path: Path) -> None:
    """A rule that rests on the Gansu measures is not in force for another province."""
    folder = tmp_path / "contracts"
    source = open_library().root
    for path in source.rglob("*.yaml"):
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    package = folder / "packages" / "62-2024.yaml"
    package.write_text(package.read_text(encoding="utf-8").replace('"62"', '"63"'), encoding="utf-8")
    elsewhere = open_library(folder)
    other = next(one for one in elsewhere.list_packages() if one.province == "63")
    rules = {rule.id for form in elsewhere.compile_submission(other, YEAR).forms for rule in form.rules}
    assert {"B04", "X01", "Y05"}.isdisjoint(rules)
    assert {"F11", "T11", "Y01"} <= rules


def test_sample_is_filed_whole(tmp_path: Path) -> None:
    """Made-up submissions run through to the province's filing with no finding."""
    wanted = SampleRequest(year=YEAR, counties=2, plots=20, seed=7, out=tmp_path / "inputs")
    assert make_samples(open_library(), wanted) is ExitCode.CLEAR
    places = YearPaths(
        year=YEAR, input_folder=wanted.out, output_folder=tmp_path / "outputs", state_folder=tmp_path / "state"
    )
    assert run_year(places, inline=True) is ExitCode.CLEAR
    assert [one.name for one in (tmp_path / "outputs").rglob("filing/*.xlsx")] == ["620000-2024-年度核算备案.xlsx"]


def test_more_counties_than_there_are_is_refused(tmp_path: Path) -> None:
    """The register says how many counties can be made up."""
    wanted = SampleRequest(year=YEAR, counties=99, plots=1, seed=1, out=tmp_path)
    assert make_samples(open_library(), wanted) is ExitCode.USAGE


@pytest.fixture(scope="module")
def blank() -> Any:
    """Give the county's template, read back."""
    county = gansu_submission().register.counties[COUNTY]
    data = write_template(build_blank_workbook(gansu_submission(), county, 10, wording()), wording())
    return load_workbook(BytesIO(data))


def test_template_has_every_heading(blank: Any) -> None:
    """The blank workbook holds each form of the package under its own headings."""
    for form in gansu_submission().forms[1:]:
        assert [cell.value for cell in blank[form.sheet_names[0]][3]] == [one.heading for one in form.fields]


def test_template_computes_chooses_and_locks(blank: Any) -> None:
    """Totals and derived figures are formulas, codes are chosen from lists, and what is computed is locked."""
    plots, summary = blank["新增耕地明细"], blank["核算汇总表"]
    assert plots["T4"].value.startswith("=IF(COUNT(S4)<1")
    assert plots["S14"].value == "=ROUND(SUM(S4:S13),2)"
    assert plots.protection.sheet
    assert (plots["T4"].protection.locked, plots["P4"].protection.locked) == (True, False)
    assert plots.data_validations.dataValidation
    names = {summary.cell(row, 4).value for row in range(4, summary.max_row)}
    assert names == set(gansu_submission().register.counties[COUNTY].townships.values())


def heading_cell(page: Any, heading: str, row: int) -> Any:
    """Return the cell of a column in a row."""
    return page.cell(row, next(one.column for one in page[3] if one.value == heading))


@pytest.mark.parametrize("heading", ["年初耕地面积", "年末耕地面积"])
@pytest.mark.parametrize("row", [4, 6])
def test_last_year_and_the_other_sums_name_the_cell(heading: str, row: int) -> None:
    """A balance mistyped in one row is one finding, and its one repair is the figure meant."""
    book = load_workbook(BytesIO(gansu_workbook()))
    cell = heading_cell(book["核算汇总表"], heading, row)
    meant, cell.value = cell.value, cell.value + 17
    found = check(book).findings
    assert [one.cell for one in found] == [cell.coordinate]
    first = found[0].repairs[0]
    assert [(one.cell.address, Decimal(one.after)) for one in first] == [(cell.coordinate, Decimal(str(meant)))]
    assert len(found[0].repairs) == 1
