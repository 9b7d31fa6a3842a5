"""The second reading gives the same cells whatever the pieces and markup, and is never stricter than the library."""

import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from random import Random

import polars as pl
import pytest
import xlsxwriter

import workbooks.reader.inspection
import workbooks.sheet_scan.sheet_stream
from checks.model.finding import Refusal
from checks.model.raw_workbook import CellKind, RawWorkbook
from tests.builders.examined import briefs, report_of, wording
from tests.hostile.generator.markup_cases import with_extra_sheet
from tests.hostile.generator.package import SHEET, good
from workbooks.gate.intake_fault import IntakeError
from workbooks.gate.zip_container import Container
from workbooks.reader.inspection import inspect_workbook
from workbooks.reader.number_agreement import format_plain_number, reconcile_numbers
from workbooks.reader.read_workbook import read_workbook
from workbooks.reader.worker import build_reply
from workbooks.sheet_scan.sheet_normaliser import _TagNormaliser
from workbooks.sheet_scan.sheet_scanner import iter_normal_rows
from workbooks.sheet_scan.sheet_stream import SheetRows

FIGURE = "<v>150</v>"


def _prefixed(text: str) -> str:
    return re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", text).replace("xmlns=", "xmlns:x=")


def _unreferenced(text: str) -> str:
    return re.sub(r'(<row|<c) r="[A-Z]*\d+"', r"\1", text)


def _spread(text: str) -> str:
    return text.replace("<c ", "\n <c ").replace("</row>", "\n</row>")


def _spread_everywhere(text: str) -> str:
    return re.sub(r"(</t>|</r>|<is>|<r>|</v>)(?=<)", "\\1\r\n  ", _spread(text))


def _reordered(text: str) -> str:
    return re.sub(r'<(c|row) (r="[A-Z]*\d+")((?: [\w:]+="[^"]*")+)', r"<\1\3 \2", text)


def _typed_first(text: str) -> str:
    return re.sub(r'(<c r="[A-Z]+\d+")( s="\d+")( t="\w+")', r"\1\3\2", text)


def _single_quoted(text: str) -> str:
    return re.sub(r"<(c|row)( [^<>]*)>", lambda tag: tag[0].replace('"', "'"), text)


def _described(text: str) -> str:
    return re.sub(r'(<c r="[A-Z]+\d+")', r'\1 cm="1" vm="2"', text)


FORMS = {
    "as written": str,
    "prefixed": _prefixed,
    "without references": _unreferenced,
    "spread over lines": _spread,
    "spread within cells": _spread_everywhere,
    "references last": _reordered,
    "types first": _typed_first,
    "single quotes": _single_quoted,
    "single quotes, references last": lambda text: _single_quoted(_reordered(text)),
    "with attributes that nobody reads": _described,
}


def _file(change: object) -> bytes:
    parts = good()
    assert callable(change)
    return parts.put(SHEET, change(parts.parts[SHEET].decode())).zipped()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("piece", [250, 401, 1000])
def test_pieces_do_not_show(form: str, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a sheet is cut while it is unpacked, and whether it is held or not, the same cells are read."""
    whole = build_reply(_file(str))
    assert "fault" not in whole[0]
    monkeypatch.setattr(workbooks.sheet_scan.sheet_stream, "CHUNK_SIZE", piece)
    for held in (1 << 30, 0):
        monkeypatch.setattr(workbooks.reader.inspection, "MAX_BYTES_HELD", held)
        assert build_reply(_file(FORMS[form])) == whole


@pytest.mark.parametrize(
    "indent",
    [
        lambda text: text.replace("<row", "\n<row"),
        lambda text: text.replace("<row", "\r\n    <row"),
        _spread,
        lambda text: re.sub(r"(?<=>)(?=<(?:row|/row|c ))", "\n  ", text),
    ],
    ids=["rows on lines", "rows indented", "cells on lines", "cells indented"],
)
@pytest.mark.parametrize("held", [1 << 30, 0])
def test_line_breaks_cost_no_rewriting(
    indent: Callable[[str], str], held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet that differs in its line breaks alone is read as it is, without a call for every tag."""
    whole = build_reply(_file(str))

    def refuse(*_: object) -> bytes:
        raise AssertionError("a tag was rewritten")

    monkeypatch.setattr(_TagNormaliser, "normalise_tag", refuse)
    monkeypatch.setattr(workbooks.reader.inspection, "MAX_BYTES_HELD", held)
    assert build_reply(_file(indent)) == whole


def test_rows_come_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stretch begins with a row and ends with one, and together they are all there is between the tags."""
    monkeypatch.setattr(workbooks.sheet_scan.sheet_stream, "CHUNK_SIZE", 250)
    container = Container.open_zip(good().zipped())
    part = inspect_workbook(container).outline.sheets[2]
    stretches = list(iter_normal_rows(SheetRows(container, part)))
    assert len(stretches) > 3
    assert all(stretch.startswith(b"<row ") and stretch.endswith((b"</row>", b"/>")) for stretch in stretches)
    between = good().parts[SHEET].split(b"<sheetData>")[1].split(b"</sheetData>")[0]
    assert b"".join(stretches) == between


@pytest.mark.parametrize(
    "written", ["0.3333333333333333", "33.333333333333336", "0.1234567891", "150.00000000000003", "1.5E2", "-0.5"]
)
def test_computed_figures_are_read(written: str) -> None:
    """A quotient has more digits than the library shows: the file is read, and the figure is the one written."""
    book = read_workbook(good().swap(SHEET, FIGURE, f"<v>{written}</v>").zipped(), wording())
    assert isinstance(book, RawWorkbook), book
    assert book.sheets[2].text["C"][5] == format_plain_number(float(written))


def test_random_figures_are_read() -> None:
    """Whatever a double can hold in the range of areas is read as its fifteen digits."""
    random = Random(11)  # noqa: S311 - a test's filling
    figures = [random.random() * 10.0 ** random.randint(-8, 12) for _ in range(400)]
    rows = "".join(
        f'<row r="{at}"><c r="B{at}"><v>{item!r}</v></c></row>' for at, item in enumerate(figures, start=100)
    )
    book = read_workbook(good().swap(SHEET, "</sheetData>", f"{rows}</sheetData>").zipped(), wording())
    assert isinstance(book, RawWorkbook), book
    assert book.sheets[2].text["B"].slice(99).to_list() == [format_plain_number(figure) for figure in figures]


def test_readings_that_differ_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One figure changed between the two readings refuses the file at its cell."""
    data = good().zipped()
    real = SheetRows._iter_batches  # noqa: SLF001 - the markup is changed on its way, as no file can do it

    def changed(self: SheetRows, *given: object) -> object:
        return (item.replace(FIGURE.encode(), b"<v>151</v>") for item in real(self, *given))  # type: ignore[arg-type]

    monkeypatch.setattr(SheetRows, "_iter_batches", changed)
    header, _ = build_reply(data)
    assert header["fault"]["code"] == "readings_differ"
    assert header["fault"]["cell"] == "C6"


def test_words_that_look_like_tags_are_words() -> None:
    """Text and formula may hold anything that stands in a tag."""
    words = '<c r="H6" t="inlineStr"><is><t>a t="s"> b s="1"&gt;</t></is></c>'
    formula = '<c r="I6" t="str"><f>"x t=""s"""&amp;1</f><v>x</v></c><c r="J6"><f>LEN(" t=")</f><v>3</v></c>'
    data = good().swap(SHEET, '<c r="F6"', f'{words}{formula}<c r="F6"').zipped()
    assert [brief for brief in briefs(report_of(data)) if brief[1] == "hard"] == []


def test_formula_without_result_far_away_is_refused() -> None:
    """A formula that was never calculated is laid out as any cell is: the last corner is too far."""
    far = '<row r="1048576"><c r="XFD1048576"><f>1+1</f></c></row></sheetData>'
    result = read_workbook(good().swap(SHEET, "</sheetData>", far).zipped(), wording())
    assert isinstance(result, Refusal)
    assert (result.code, result.cell) == ("sheet_too_large", "XFD1048576")


@pytest.mark.parametrize(
    "written", ["-1.5", "-200", "2958466", "5000000", "13888888888", "-13888888888", "-0.25", "90000001"]
)
def test_number_that_no_date_has_stays_a_number(written: str) -> None:
    """A date format over a negative or huge number shows #####; the number is what counts, and the file is read."""
    book = read_workbook(_dated(written), wording())
    assert isinstance(book, RawWorkbook), book
    assert (book.sheets[2].text["C"][5], book.sheets[2].kinds["C"][5]) == (written, CellKind.NUMBER)


@pytest.mark.parametrize(("written", "day"), [("45000", "2023-03-15"), ("2958465", "9999-12-31"), ("0", "1899-12-31")])
def test_number_that_a_date_has_is_a_date(written: str, day: str) -> None:
    """Any other number under a date format is the date that is shown."""
    book = read_workbook(_dated(written), wording())
    assert isinstance(book, RawWorkbook), book
    assert (book.sheets[2].text["C"][5], book.sheets[2].kinds["C"][5]) == (day, CellKind.DATE)


@pytest.mark.parametrize("written", ["3e-104", "5e-324", "-1E-31"])
def test_tiny_number_on_another_sheet_is_no_fault(written: str) -> None:
    """A number that is as good as nothing is a matter of the cell, and of no cell that nobody reads."""
    data = with_extra_sheet(f'<row r="1"><c r="A1"><v>{written}</v></c></row>')
    assert [brief for brief in briefs(report_of(data)) if brief[1] == "hard"] == []


def _dated(written: str) -> bytes:
    """Put a number in a cell with a date format."""
    style = '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    parts = good().swap("xl/styles.xml", "</cellXfs>", f"{style}</cellXfs>")
    number = parts.parts["xl/styles.xml"].decode().split("<cellXfs")[1].split("</cellXfs>")[0].count("<xf ") - 1
    return parts.swap(SHEET, '<c r="C6" s="8"><v>150</v></c>', f'<c r="C6" s="{number}"><v>{written}</v></c>').zipped()


@pytest.mark.parametrize("date_1904", [False, True])
def test_date_is_that_of_the_workbooks_own_calendar(*, date_1904: bool) -> None:
    """Workbooks of older Macs count days from 1904; whether the library does depends on what else is in the file."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "date_1904": date_1904}) as book:
        sheet = book.add_worksheet("表")
        sheet.write_datetime(0, 0, datetime(2024, 9, 30), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001 - cells have no zone
        sheet.write_datetime(1, 0, datetime(2024, 9, 30, 8, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001 - as above
    read = read_workbook(target.getvalue(), wording())
    assert isinstance(read, RawWorkbook)
    (raw_sheet,) = read.sheets
    assert raw_sheet.text["A"].to_list() == ["2024-09-30", "2024-09-30T08:30:00"]
    assert raw_sheet.kinds["A"].to_list() == [CellKind.DATE] * 2
    assert raw_sheet.uses_1904_dates is date_1904


@pytest.mark.parametrize(
    ("since_1904", "library_date", "date"),
    [
        (True, "2011-11-03 00:00:00", "2015-11-04"),
        (True, "2015-11-04 00:00:00", "2015-11-04"),
        (False, "2011-11-03 00:00:00", "2011-11-03"),
    ],
)
def test_calendar_of_the_library_does_not_count(*, since_1904: bool, library_date: str, date: str) -> None:
    """The library may count from 1900 in a workbook that counts from 1904, but not the other way round."""
    numbers = {"row": [1], "column": ["A"], "text": ["40850"], "plain": [True], "library_text": [library_date]}
    agreed = reconcile_numbers("表", pl.DataFrame(numbers), since_1904=since_1904)
    assert agreed.text.to_list() == [date]
    if not since_1904:
        numbers["library_text"] = ["2015-11-04 00:00:00"]
        with pytest.raises(IntakeError):
            reconcile_numbers("表", pl.DataFrame(numbers), since_1904=False)
