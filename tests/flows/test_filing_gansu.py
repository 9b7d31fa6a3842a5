"""The filings of several Gansu counties, run from made-up submissions: sums, links, live figures, receipts."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from contracts.contract_library import open_library
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, make_samples
from desk.exit_codes import ExitCode
from flows.year.locations import YearPaths
from tests.builders import libreoffice
from workbooks.signed_content.cell_values import read_values

YEAR, COUNTIES = 2024, ("620102", "620103", "620200")
PROVINCE = "620000-2024-年度核算备案.xlsx"
HEAD = 3
SUMMARY, INDICATORS = "核算汇总表", ("耕地指标", "永久基本农田指标")
OPEN_WITHOUT_WARNING = re.compile(r"(?:\.\./)*(?:\d{6}/)?[^/:]+\.xlsx")


@pytest.fixture(scope="module")
def filing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a year of a few counties of two cities; return the folder of filings."""
    base = tmp_path_factory.mktemp("甘肃 备案")
    wanted = SampleRequest(year=YEAR, years=1, counties=9, plots=7, seed=23, out=base / "inputs")
    assert make_samples(open_library(), wanted) is ExitCode.CLEAR
    where = YearPaths(
        year=YEAR, input_folder=base / "inputs", output_folder=base / "outputs", state_folder=base / "state"
    )
    assert run_year(where, inline=True) is ExitCode.CLEAR
    return where.output_path("filing")


def opened(path: Path, **how: bool) -> Any:
    """Open a workbook with another library than the one that wrote it."""
    return openpyxl.load_workbook(path, **how)


def own_sums(filing: Path) -> dict[str, Decimal]:
    """Add up the counties' own files column by column, with a reader of no other part of the program."""
    found: dict[str, Decimal] = {}
    for path in sorted((filing.parents[2] / "inputs" / str(YEAR)).glob("62*/*.xlsx")):
        rows = list(opened(path, data_only=True)[SUMMARY].iter_rows(values_only=True))
        head = next(at for at, row in enumerate(rows) if row[0] == "序号")
        for row in rows[head + 1 :]:
            for name, value in zip(rows[head], row, strict=True) if isinstance(row[0], int) else ():
                if isinstance(value, int | float):
                    found[str(name)] = found.get(str(name), Decimal(0)) + Decimal(repr(value))
    return found


def shown(sheet: Any, name: str) -> dict[str, Decimal]:
    """Return a row of a table by the headings of its columns."""
    headings = [str(cell.value) for cell in sheet[HEAD]]
    row = next(row for row in sheet.iter_rows(min_row=HEAD + 1) if row[1].value == name)
    cells = list(zip(headings, row, strict=True))[2:]
    return {heading: Decimal(repr(cell.value)) for heading, cell in cells if isinstance(cell.value, int | float)}


def subtotal_of(sheet: Any) -> str:
    """Return the name of the row with which a city's table ends."""
    return next(str(row[1].value) for row in sheet.iter_rows() if "小计" in str(row[1].value))


def test_province_totals_are_the_sum_of_the_counties_own_files(filing: Path) -> None:
    """Every indicator's grand total equals an independent sum to the last decimal; so does each city's in its own."""
    sums = own_sums(filing)
    book = opened(filing / PROVINCE, data_only=True)
    for name in INDICATORS:
        totals = shown(book[name], "总计")
        assert len(totals) >= 8
        assert totals == {heading: sums[heading] for heading in totals}
    cities = [opened(path, data_only=True) for path in sorted(filing.glob("*/*-年度复核汇总.xlsx"))]
    assert len(cities) > 1
    for name in INDICATORS:
        parts = [
            shown(city[name], str(next(r[1].value for r in city[name].iter_rows() if "小计" in str(r[1].value))))
            for city in cities
        ]
        together = {heading: sum((part[heading] for part in parts), Decimal(0)) for heading in parts[0]}
        assert together == shown(book[name], "总计")


def links(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield the links that leave a workbook: sheet, cell, file, place in it."""
    book = opened(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink is not None and cell.hyperlink.target:
                    yield (
                        sheet.title,
                        cell.coordinate,
                        unquote(cell.hyperlink.target),
                        str(cell.hyperlink.location or ""),
                    )


def test_a_total_is_followed_down_to_a_cell_of_the_countys_own_file(filing: Path) -> None:
    """Province to city, city to county, county to the cell that bears the figure: every link leads somewhere."""
    path = filing / PROVINCE
    down = next(place for _, _, place, _ in links(path) if place.endswith("年度复核汇总.xlsx"))
    city = path.parent / down
    county = next(city.parent / place for _, _, place, _ in links(city) if place.endswith("年度备案件.xlsx"))
    assert county.resolve().is_file()
    traced = [link for link in links(county) if link[0] == "数据出处"]
    assert len(traced) > 80
    sheet = opened(county, data_only=True)["数据出处"]
    books: dict[Path, Any] = {}
    for _, cell, place, spot in traced:
        own = county.parent / place
        books.setdefault(own, opened(own, data_only=True))
        name, address = re.fullmatch(r"'(.+)'!([A-Z]+\d+)", spot).groups()  # type: ignore[union-attr]
        assert books[own][name][address].value == sheet.cell(sheet[cell].row, 6).value


def test_every_link_leads_to_a_file_and_cell_of_the_filing(filing: Path) -> None:
    """No link leaves the folder of filings, none is dead."""
    sheets: dict[Path, list[str]] = {}
    count = 0
    for path in [
        filing / PROVINCE,
        *sorted(filing.glob("*/*-年度复核汇总.xlsx")),
        *sorted(filing.glob("*/*备案件.xlsx")),
    ]:
        for _, _, place, spot in links(path):
            count += 1
            assert OPEN_WITHOUT_WARNING.fullmatch(place), place
            target = (path.parent / place).resolve()
            assert filing.resolve() in target.parents
            if target not in sheets:
                sheets[target] = opened(target, read_only=True).sheetnames
            assert spot.split("!")[0].strip("'") in sheets[target]
    assert count > 900


def test_the_copy_is_the_file_that_was_filed(filing: Path) -> None:
    """The county's own file lies beside its filing byte for byte, its hash on the cover."""
    for code in COUNTIES[:2]:
        (sent,) = (filing.parents[2] / "inputs" / str(YEAR) / code).glob("*.xlsx")
        copy = filing / code / f"{code}-{YEAR}-第1版-报送原件.xlsx"
        assert copy.read_bytes() == sent.read_bytes()


def test_receipts_bear_numbers_of_their_own(filing: Path) -> None:
    """Each county's receipt has a number that no other has, and the register repeats it."""
    numbers = []
    for path in sorted(filing.parent.glob("returned/*/*-备案回执.xlsx")):
        sheet = opened(path)["回执"]
        (number,) = (row[1].value for row in sheet.iter_rows() if row[0].value == "备案编号")
        assert re.fullmatch(rf"{YEAR}-{path.parent.name}-1-[0-9a-f]{{8}}", number)
        numbers.append(number)
    assert len(set(numbers)) == len(numbers) == 9
    register = opened(filing / PROVINCE)["备案登记"]
    assert [row[1].value for row in register.iter_rows(min_row=4) if row[1].value] == numbers


def test_ratios_stand_against_their_limits(filing: Path) -> None:
    """The adjustment ratio of each project is live, against 5 %, with a verdict."""
    sheet = opened(filing / PROVINCE)["比例与限额"]
    heads = [str(cell.value) for cell in sheet[4]]
    column = heads.index("比例\n（限额≤5%）")
    assert [sheet.cell(5, column + 1).value[:4], sheet.cell(5, column + 2).value[:4]] == ["=IF(", "=IF("]
    values = opened(filing / PROVINCE, data_only=True)["比例与限额"]
    assert {values.cell(row, column + 2).value for row in range(5, 12)} == {"符合"}
    part, whole, share = (values.cell(5, column + at).value for at in (-1, 0, 1))
    assert 0 < part < whole * 0.05
    assert share == pytest.approx(part / whole, abs=5e-5)


def test_charts_are_the_spreadsheets_own_and_show_every_county(filing: Path) -> None:
    """Bars by city and by county draw on live cells; every county stands on some chart."""
    book = opened(filing / PROVINCE)
    charts = [chart for sheet in book.worksheets for chart in sheet._charts]  # noqa: SLF001 - there is no other way
    assert len(charts) >= 4
    drawn = [series.cat.strRef.f for chart in charts for series in chart.series]
    assert all(item.startswith(("'附图数据'!$B$", "附图数据!$B$")) for item in drawn)
    rows = {row for item in drawn for row in range(*_span(item))}
    data = book["附图数据"]
    names = {data.cell(row, 2).value for row in rows}
    assert {"城关区", "七里河区", "嘉峪关市", "兰州市"} <= names
    assert str(data.cell(min(rows), 3).value).startswith("=")


def _span(reference: str) -> tuple[int, int]:
    first, last = re.findall(r"\$(\d+)", reference)
    return int(first), int(last) + 1


@pytest.mark.skipif(libreoffice.PROGRAM is None, reason="LibreOffice is not installed")
def test_libreoffice_computes_what_was_written(filing: Path, tmp_path: Path) -> None:
    """With every cached value taken out, LibreOffice computes each live cell of each kind of filing as it was."""
    kinds = [filing / PROVINCE, next(filing.glob("*/*汇总.xlsx")), next(filing.glob("*/*备案件.xlsx"))]
    for at, path in enumerate(kinds):
        _strip(path, tmp_path / f"{at}.xlsx")
    office = [str(libreoffice.PROGRAM), "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out")]
    subprocess.run(
        [*office, *convert, *map(str, tmp_path.glob("*.xlsx"))], check=True, capture_output=True, timeout=300
    )
    live = 0
    for at, path in enumerate(kinds):
        written, computed = (read_values(item.read_bytes()) for item in (path, tmp_path / "out" / f"{at}.xlsx"))
        for sheet, cells in written.items():
            for cell, value in cells.items():
                if value.startswith("f:"):
                    live += 1
                    assert _close(value, computed[sheet][cell]), (path.name, sheet, cell)
    assert live > 300


def _strip(source: Path, target: Path) -> None:
    with ZipFile(source) as book, ZipFile(target, "w", ZIP_DEFLATED) as bare:
        for part in book.namelist():
            content = book.read(part)
            sheet = part.startswith("xl/worksheets/sheet")
            bare.writestr(part, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content) if sheet else content)


def _close(before: str, after: str) -> bool:
    was, now = (version.split("\n", 1)[-1] for version in (before, after))
    if not was.startswith("n:"):
        return was == now
    item, other = Decimal(was[2:]), Decimal(now.removeprefix("n:"))
    return abs(item - other) <= Decimal("1e-9") * max(Decimal(1), abs(item))


def test_county_text_is_neither_formula_nor_link(filing: Path, tmp_path: Path) -> None:
    """Whatever a county writes, its filing holds no formula or link that is not the program's own."""
    base = tmp_path / "恶意"
    shutil.copytree(filing.parents[2] / "inputs", base / "inputs")
    wild = "=SUM(1,1)+HYPERLINK(1).xlsx"
    (sent,) = (base / "inputs" / str(YEAR) / COUNTIES[0]).glob("*.xlsx")
    sent.rename(sent.with_name(wild))
    where = YearPaths(
        year=YEAR, input_folder=base / "inputs", output_folder=base / "outputs", state_folder=base / "state"
    )
    assert run_year(where, inline=True) is ExitCode.CLEAR
    county = where.output_path(f"filing/{COUNTIES[0]}/{COUNTIES[0]}-{YEAR}-年度备案件.xlsx")
    said = [cell for row in opened(county)["版本与校验"].iter_rows() for cell in row if cell.value == wild]
    assert [cell.data_type for cell in said] == ["s"]
    for path in where.output_folder.rglob("*.xlsx"):
        with ZipFile(path) as parts:
            markup = b"".join(parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/"))
        assert b"SUM(1,1)" not in markup, path.name
        assert b"HYPERLINK(" not in markup, path.name
