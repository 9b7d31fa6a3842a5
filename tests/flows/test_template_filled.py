"""The blank workbook in use: last year's balances stand in it, and filled in at LibreOffice it is found right."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from checks.model.filing_history import FilingHistory, build_filing_history
from checks.model.finding import Refusal
from contracts.contract_library import Submission, open_library
from contracts.form_model import Form, Layout, Role
from contracts.sample.figures import Sample, draw_next_year, draw_sample
from contracts.sample.rows import ROW_BUILDERS
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, build_sample_sheets, make_samples
from desk.commands.template import make_template
from desk.exit_codes import ExitCode
from filing.template.blank_sheet import HEADER_ROW_COUNT
from filing.template.template import build_blank_workbook
from flows.year.locations import YearPaths
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import COUNTY
from tests.builders.libreoffice import PROGRAM, Typed, type_into
from workbooks.examine import validate_file
from workbooks.writer.bulk_writer import write_rows
from workbooks.writer.write_template import write_template

FIRST, NEXT = 2024, 2025


@cache
def years() -> tuple[Sample, Sample]:
    """Make up two years of one county."""
    first = draw_sample(
        open_library().get_register("divisions-nbs-2023-gansu").counties[COUNTY], FIRST, plot_count=7, seed=2
    )
    return first, draw_next_year(first, seed=2)


def submission(year: int) -> Submission:
    """Return what the county must send in a year."""
    package = open_library().find_package(COUNTY, year)
    assert package is not None
    return open_library().compile_submission(package, year)


@cache
def first_filed() -> FilingHistory:
    """Return what the first year would leave on record."""
    buffer = BytesIO()
    write_rows(buffer, build_sample_sheets(years()[0], submission(FIRST), wording()))
    report = validate_file(buffer.getvalue(), warm_library(), wording())
    assert not isinstance(report, Refusal), report
    return build_filing_history(FIRST, report.figures)


@cache
def blank() -> bytes:
    """Return the second year's blank workbook with the first year on record."""
    county = submission(NEXT).register.counties[COUNTY]
    return write_template(build_blank_workbook(submission(NEXT), county, 12, wording(), first_filed()), wording())


def rows_below_head(page: Any) -> Iterator[int]:
    """Count the rows of a table from its first one."""
    return iter(range(HEADER_ROW_COUNT + 1, page.max_row + 1))


def test_balances_of_last_year_stand_in_the_blank() -> None:
    """Each project and township filed last year has its row: it begins as it ended, and adds to what it had."""
    page: Any = load_workbook(BytesIO(blank()))["核算汇总表"]
    form = submission(NEXT).get_form("summary")
    at = {item.name: number for number, item in enumerate(form.fields, start=1)}
    known = {(figure[1], figure[2]) for figure in first_filed().figures or () if figure[0] == "summary" and figure[1]}
    seen = set()
    for row in range(HEADER_ROW_COUNT + 1, HEADER_ROW_COUNT + 1 + len(known)):
        place = (page.cell(row, at["project"]).value, page.cell(row, at["township"]).value)
        seen.add(place)
        ended = first_filed().get_figure("summary", *place, "farm_end")
        assert Decimal(str(page.cell(row, at["farm_begin"]).value)) == ended
        assert page.cell(row, at["farm_begin"]).protection.locked
        had = first_filed().get_figure("summary", *place, "farm_new_cum")
        assert f"ROUND({had}+F{row},2)" in page.cell(row, at["farm_new_cum"]).value
    assert seen == known


def test_template_reads_the_ledger(tmp_path: Path) -> None:
    """After the first year was filed, the command fills its closing balances in; before, it leaves them blank."""
    make_samples(open_library(), SampleRequest(year=FIRST, counties=1, plots=6, seed=4, out=tmp_path / "in"))
    (county,) = (path.name for path in (tmp_path / "in" / str(FIRST)).iterdir() if path.name.isdigit())
    places = [
        YearPaths(
            year=year, input_folder=tmp_path / "in", output_folder=tmp_path / "out", state_folder=tmp_path / "state"
        )
        for year in (FIRST, NEXT)
    ]
    assert make_template(places[1], county, rows=5, out=tmp_path / "before") is ExitCode.CLEAR
    assert run_year(places[0], inline=True) is ExitCode.CLEAR
    assert make_template(places[1], county, rows=5, out=tmp_path / "after") is ExitCode.CLEAR
    begins = []
    for folder in ("before", "after"):
        (path,) = (tmp_path / folder).iterdir()
        begins.append(load_workbook(path)["核算汇总表"]["E4"].value)
    (sent,) = (tmp_path / "in" / str(FIRST) / county).iterdir()
    ended = {row[10].value for row in load_workbook(sent)["核算汇总表"].iter_rows(min_row=4)}
    assert begins[0] is None
    assert begins[1] in ended


def typed_cells() -> Iterator[Typed]:
    """Return what a clerk types into the blank: whatever is neither there already nor computed."""
    book = load_workbook(BytesIO(blank()))
    for form in submission(NEXT).forms:
        page = book[form.sheet_names[0]]
        if form.layout is Layout.TABLE:
            yield from typed_rows(page, form)
    cover = book["封面"]
    by_label = {row[0].value: row[1] for row in cover.iter_rows(max_col=2)}
    for label in ("编制单位", "填表人", "审核人", "负责人"):
        yield "封面", by_label[label].coordinate, "示例单位"
    yield "封面", by_label["填表日期"].coordinate, f"{NEXT + 1}-01-10"


def typed_rows(page: Any, form: Form) -> Iterator[Typed]:
    """Type the rows of a table, each where its project and township stand, else into the next blank row."""
    sample = years()[1]
    made = (
        list(ROW_BUILDERS[form.name](sample, form, wording()))
        if form.name in ROW_BUILDERS and not form.paragraphs
        else []
    )
    names = [field.name for field in form.fields]
    township = next((names.index(field.name) for field in form.get_fields_by_role(Role.TOWNSHIP)), None)
    project = names.index("project") if "project" in names else None
    rows = rows_below_head(page)
    placed = {}
    for row in range(HEADER_ROW_COUNT + 1, page.max_row):
        if township is not None and (name := page.cell(row, township + 1).value):
            placed[page.cell(row, project + 1).value if project is not None else None, name] = row
    for serial, values in enumerate(made, start=1):
        key = (values.get("project") if project is not None else None, values.get("township"))
        row = placed.pop(key) if placed else next(rows)
        yield from typed_row(page, form, row, {**values, form.get_fields_by_role(Role.SERIAL)[0].name: serial})
    for row in placed.values():  # townships without a task
        yield from typed_row(
            page, form, row, {field.name: Decimal(0) for field in form.get_fields_by_role(Role.FIGURE)}
        )


def typed_row(page: Any, form: Form, row: int, values: Any) -> Iterator[Typed]:
    """Type one row into its blank cells."""
    for at, field in enumerate(form.fields, start=1):
        cell, value = page.cell(row, at), values.get(field.name)
        if cell.value is None and value is not None:
            yield page.title, cell.coordinate, float(value) if isinstance(value, Decimal) else value


@pytest.mark.skipif(PROGRAM is None, reason="LibreOffice is not installed")
def test_blank_filled_in_at_libreoffice_is_found_right(tmp_path: Path) -> None:
    """A clerk types a valid year into the blank, LibreOffice computes and saves: accepted, with no rule left out.

    All that is said is that formulas beyond sums were taken at the values that LibreOffice computed.
    """
    source, target = tmp_path / "空白.xlsx", tmp_path / "报送.xlsx"
    source.write_bytes(blank())
    type_into(source, target, list(typed_cells()), tmp_path / "profile")
    report = validate_file(target.read_bytes(), warm_library(), wording(), history=first_filed())
    assert not isinstance(report, Refusal), report
    assert report.outcome == "accepted"
    assert {(finding.rule, finding.severity.value) for finding in report.findings} == {("F07", "report")}
    assert report.not_run == ()
