"""A province of 86 counties in 14 cities: sums, order, and room on the page."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

from checks.model.report import ReportedFigure
from filing.book.workbook_model import CellStyle, FilingBook
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.filing_books import build_province_book
from review.county_state import CountyState
from review.roster import DueCounty
from tests.builders.filing_contexts import (
    assert_live,
    load_messages,
    make_context,
    make_filed,
    make_roster,
    make_version,
    rollup_row,
    sheet_of,
)
from workbooks.writer.write_book import write_book

CITIES = 14
COUNTIES = 86
STATES = ("due", "received", "awaiting_explanation", "in_review", "reviewed")


def name_county(at: int) -> DueCounty:
    """Return the *at*-th due county; the cities take turns, so that the roster is not ordered by city."""
    city = at % CITIES + 1
    long = "某某某族某某族自治县" if at % 9 == 0 else f"第{at}县"
    return DueCounty(f"53{city:02d}{at // CITIES + 21:02d}", long, f"53{city:02d}00")


def scale(figure: ReportedFigure, at: int) -> ReportedFigure:
    """Return a figure of the sample enlarged for the *at*-th county."""
    return replace(figure, amount=format(Decimal(figure.amount) * (at + 1), "f"))


def make_county(at: int) -> IncludedCounty:
    """Make the *at*-th county filed."""
    filed = make_filed(name_county(at))
    report = replace(filed.report, figures=tuple(scale(figure, at) for figure in filed.report.figures))
    return replace(filed, report=report)


def make_province(open_counties: int) -> FilingContext:
    """Make the province; its last counties are still open, in turn in each state."""
    due = tuple(name_county(at) for at in range(COUNTIES))
    cities = tuple((f"53{index + 1:02d}00", f"第{index + 1}市") for index in range(CITIES))
    still = tuple(
        CountyState(county=item.code, state=STATES[at % 5], versions=(make_version(1, county=item),))
        for at, item in enumerate(due[COUNTIES - open_counties :])
    )
    filed = tuple(make_county(at) for at in range(COUNTIES - open_counties))
    return make_context(*filed, roster=make_roster(due, cities), still=still)


@cache
def make_complete() -> FilingBook:
    """Return the book of the whole province, all filed."""
    return build_province_book(make_province(0), load_messages())


def test_every_formula_of_a_whole_province_gives_its_value() -> None:
    """Each of the live cells of 86 counties holds what it computes."""
    assert assert_live(make_complete()) > COUNTIES * 40


def test_grand_total_is_the_sum_of_all_counties() -> None:
    """The province's total adds up every county once."""
    times = sum(range(1, COUNTIES + 1))
    total = rollup_row(make_complete(), "总计")
    assert total[2:4] == [1700 * times, Decimal("1654.6") * times]
    assert total[6:8] == [400 * times, Decimal("384.6") * times]


def test_counties_stand_city_by_city() -> None:
    """Each city's counties stand together in the order of the roster, its subtotal below them."""
    rows = sheet_of(make_complete(), "rollup").rows[4:]
    names = [str(row[1].value) for row in rows if len(row) > 1]
    assert sum(1 for name in names if name.endswith("小计")) == CITIES
    assert names[:3] == [name_county(0).name, name_county(CITIES).name, name_county(2 * CITIES).name]
    assert names[names.index("第1市小计") + 1] == name_county(1).name


def test_grand_total_adds_the_subtotals() -> None:
    """The formula of the grand total names one row a city."""
    rows = sheet_of(make_complete(), "rollup").rows
    total = next(row for row in rows if len(row) > 1 and row[1].value == "总计")
    assert total[2].formula is not None
    assert total[2].formula.count(",") == CITIES - 1


def test_tables_are_as_wide_as_their_columns() -> None:
    """Every row that is not empty takes exactly the columns of its sheet, so that print areas and borders agree."""
    for sheet in (sheet for sheet in make_complete().sheets[1:] if not sheet.charts):
        assert {sum(cell.span for cell in row) for row in sheet.rows} == {len(sheet.widths)}, sheet.name


def test_wide_sheets_lie_across_the_page() -> None:
    """A sheet of more than eight columns is landscape, and repeats its header rows."""
    for sheet in (sheet for sheet in make_complete().sheets[1:] if not sheet.charts):
        assert sheet.landscape or len(sheet.widths) <= 8
        assert sheet.header_rows is not None
        assert all(cell.style is CellStyle.HEADER for cell in sheet.rows[sheet.header_rows[1] - 1])


def test_many_missing_counties_are_all_listed() -> None:
    """An early stage lists every missing county on the cover and on its own sheet."""
    book = build_province_book(make_province(60), load_messages())
    cover = "".join(str(cell.value) for row in sheet_of(book, "cover").rows for cell in row)
    listed = [row[3].value for row in sheet_of(book, "open").rows[3:63]]
    assert len(set(listed)) == 60
    assert all(f"第{at}县（" in cover for at in range(COUNTIES - 60, COUNTIES) if at % 9)
    assert_live(book)


def test_whole_province_can_be_written() -> None:
    """The writing room takes the book of 86 counties as it is."""
    assert write_book(make_complete())
