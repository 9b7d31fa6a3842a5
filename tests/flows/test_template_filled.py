"""The blank workbook in use: last year's balances stand in it, and filled in at LibreOffice it is found right."""

from datetime import date
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
from contracts.sample.figures import Sample, draw_next_year, draw_sample
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, build_sample_sheets, make_samples
from desk.commands.template import make_template
from desk.exit_codes import ExitCode
from filing.template.blank_sheet import HEADER_ROW_COUNT
from flows.year.locations import YearPaths
from tests.builders.examined import report_of, warm_library, wording
from tests.builders.gansu import COUNTY
from tests.builders.libreoffice import PROGRAM, copy_row, recalculate, type_into
from tests.builders.template_clerk import (
    Typed,
    calculate,
    list_plan_entries,
    list_sample_entries,
    plan_submission,
    type_entries,
    write_blank,
)
from workbooks.examine import validate_file
from workbooks.writer.bulk_writer import write_rows

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
    return write_blank(submission(NEXT), history=first_filed())


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


@pytest.mark.parametrize("calculated", [False, True], ids=["as written", "opened and saved"])
@pytest.mark.parametrize("base", ["plan", "gansu", "second year"])
def test_blank_is_one_finding(base: str, *, calculated: bool) -> None:
    """A template that nobody has filled in is told as that, once."""
    data = {"plan": plan_blank, "gansu": first_blank, "second year": blank}[base]()
    (finding,) = report_of(calculate(data) if calculated else data).findings
    assert (finding.rule, finding.severity.value) == ("F18", "hard")


def test_filled_but_never_calculated_is_one_finding() -> None:
    """A program that does not compute has saved the workbook: that is told, and nothing that would follow from it."""
    typed = type_entries(first_blank(), list_sample_entries(first_blank(), submission(FIRST), years()[0]))
    (finding,) = report_of(typed).findings
    assert (finding.rule, finding.sheet) == ("F06", "项目清单")
    assert "处公式没有计算结果" in finding.message


@pytest.mark.parametrize("base", ["plan", "gansu"])
def test_filled_blank_is_accepted_without_a_word(base: str) -> None:
    """What a clerk types is right, the rows that are left blank are no error, the formulas are recomputed."""
    report = report_of(calculate(type_entries(first_blank(), first_entries()) if base == "gansu" else plan_filled()))
    assert (report.outcome, report.findings) == ("accepted", ())


def test_second_year_is_accepted_without_a_word() -> None:
    """The balances that are on file stand in the template; with the year typed in, every rule holds."""
    typed = type_entries(blank(), list_sample_entries(blank(), submission(NEXT), years()[1]))
    report = validate_file(calculate(typed), warm_library(), wording(), history=first_filed())
    assert not isinstance(report, Refusal), report
    assert (report.outcome, report.findings, report.not_run) == ("accepted", (), ())


@pytest.mark.parametrize("name", ["自检表", "填报说明", "代码表"])
def test_sheets_of_the_template_are_not_judged(name: str) -> None:
    """Whatever stands on them, also if an older workbook has only one of them, or it is hidden."""
    book = load_workbook(BytesIO(calculate(plan_filled())))
    for sheet in {"自检表", "填报说明", "代码表"} - {name}:
        del book[sheet]
    book[name].sheet_state = "hidden"
    book[name]["A1"] = "2023年度乡镇（街道）任务完成情况表"
    book[name]["A5"] = "#REF!"
    buffer = BytesIO()
    book.save(buffer)
    assert {finding.sheet for finding in report_of(calculate(buffer.getvalue())).findings} == set()


def list_self_checks(data: bytes) -> dict[int, tuple[Any, ...]]:
    """Return the lines of 自检表 as a clerk sees them, by number."""
    page: Any = load_workbook(BytesIO(data), data_only=True)["自检表"]
    return {row[0]: row for row in page.iter_rows(min_row=5, values_only=True)}


def list_wrong(data: bytes) -> list[tuple[Any, ...]]:
    """Return sheet, both sides and place of each line that does not hold."""
    rows = list_self_checks(data).values()
    assert {row[6] for row in rows} <= {"相符", "不符"}
    return [(row[1], row[3], row[4], row[7]) for row in rows if row[6] == "不符"]


@pytest.mark.skipif(PROGRAM is None, reason="LibreOffice is not installed")
def test_self_check_of_a_plan_county(tmp_path: Path) -> None:
    """With right figures every line holds; a typed-over total and a changed target are told at their cells."""
    assert list_wrong(recalculate(plan_filled(), tmp_path)) == []
    wrong = type_entries(plan_filled(), [("完成情况", "C13", 1700), ("附件2", "C5", 150)])
    assert list_wrong(recalculate(wrong, tmp_path)) == [
        ("附件2", 150, 200, "附件2!C5"),
        ("附件2", 950, 1000, "附件2!F5"),
        ("完成情况", 1700, 1654.6, "完成情况!C13"),
    ]


@pytest.mark.skipif(PROGRAM is None, reason="LibreOffice is not installed")
def test_self_check_of_gansu(tmp_path: Path) -> None:
    """Every line holds for right figures, and each kind of wrong figure is told in its row.

    A figure typed as text counts as the number it means.
    """
    typed = type_entries(first_blank(), first_entries())
    assert list_wrong(recalculate(typed, tmp_path)) == []
    page = load_workbook(BytesIO(typed))["新增耕地明细"]
    area = page["P4"].value
    as_text = type_entries(typed, [("新增耕地明细", "P4", str(area))])
    assert {"新增耕地明细!P17", "新增耕地明细!R4"} <= {
        place for *_, place in list_wrong(recalculate(as_text, tmp_path))
    }
    wrong = type_entries(typed, [("新增耕地明细", "T5", 9), ("土地利用结构", "F4", 1), ("任务完成对照", "E9", 50)])
    told = {(sheet, actual, place) for sheet, actual, _, place in list_wrong(recalculate(wrong, tmp_path))}
    assert {("新增耕地明细", 9, "新增耕地明细!T5"), ("土地利用结构", 1, "土地利用结构!F4")} <= told


@pytest.mark.skipif(PROGRAM is None, reason="LibreOffice is not installed")
def test_inserted_rows_are_numbered_summed_and_checked(tmp_path: Path) -> None:
    """A blank row is copied above the thin row, as 填报说明 says: formulas and drop-downs are in it."""
    small = write_blank(submission(FIRST), rows=6)
    entries = list_sample_entries(write_blank(submission(FIRST), rows=8), submission(FIRST), years()[0])
    details = ["新增耕地明细", "补划明细", "调出明细"]
    inserted = [copy_row(sheet, 9, 10) for sheet in details for _ in range(2)]
    source, target = tmp_path / "空白.xlsx", tmp_path / "报送.xlsx"
    source.write_bytes(small)
    type_into(source, target, [as_typed(entry) for entry in entries], tmp_path / "profile", *inserted)
    assert list_wrong(target.read_bytes()) == []
    report = report_of(target.read_bytes())
    assert (report.outcome, report.findings) == ("accepted", ())
    page: Any = load_workbook(target)["新增耕地明细"]
    assert page["P13"].value == "=ROUND(SUM(P4:P12),2)"
    lists = [found for found in page.data_validations.dataValidation if found.type == "list" and "F11" in found.sqref]
    assert len(lists) == 1


def as_typed(entry: Typed) -> Typed:
    """Return an entry as a macro types it: a day as its number."""
    sheet, cell, value = entry
    return sheet, cell, (value - date(1899, 12, 30)).days if isinstance(value, date) else value


@cache
def plan_blank() -> bytes:
    """Return the blank workbook of the county with a plan."""
    return write_blank(plan_submission())


@cache
def plan_filled() -> bytes:
    """Return it filled in, not computed."""
    return type_entries(plan_blank(), list_plan_entries(plan_blank()))


@cache
def first_blank() -> bytes:
    """Return the first year's blank workbook of the county in Gansu."""
    return write_blank(submission(FIRST))


@cache
def first_entries() -> list[Typed]:
    """Return what its clerk types."""
    return list_sample_entries(first_blank(), submission(FIRST), years()[0])
