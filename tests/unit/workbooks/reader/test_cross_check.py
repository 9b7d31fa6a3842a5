"""The second reading gives the same cells whatever the pieces and markup, and is never stricter than the library."""

import re
from random import Random

import pytest

import workbooks.reader.inspection
import workbooks.sheet_scan.sheet_stream
from checks.model.finding import Refusal
from checks.model.raw_workbook import RawWorkbook
from tests.builders.examined import briefs, report_of, wording
from tests.hostile.generator.package import SHEET, good
from workbooks.gate.zip_container import Container
from workbooks.reader.inspection import inspect_workbook
from workbooks.reader.number_agreement import format_plain_number
from workbooks.reader.read_workbook import read_workbook
from workbooks.reader.worker import build_reply
from workbooks.sheet_scan.sheet_scanner import iter_normal_rows
from workbooks.sheet_scan.sheet_stream import SheetRows

FIGURE = "<v>150</v>"


def _prefixed(text: str) -> str:
    return re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", text).replace("xmlns=", "xmlns:x=")


def _unreferenced(text: str) -> str:
    return re.sub(r'(<row|<c) r="[A-Z]*\d+"', r"\1", text)


def _spread(text: str) -> str:
    return text.replace("<c ", "\n <c ").replace("</row>", "\n</row>")


FORMS = {"as written": str, "prefixed": _prefixed, "without references": _unreferenced, "spread over lines": _spread}


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
