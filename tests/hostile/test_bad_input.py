"""What people really send: every mistake has one finding or refusal, at its place, in words that say the cure."""

import json
import os
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from checks.model.finding import Refusal
from checks.model.report import ACCEPTED, FLAGGED
from tests.builders.dongchuan import COVER, SHEET_2, SHEET_3, SHEET_DONE, Draft, submission
from tests.builders.examined import briefs, reads_well, refusal_of, report_of, result_of
from tests.builders.plain import Formula, plain, plain_bytes

ROOT = Path(__file__).parents[2]
Damage = Callable[[Draft], object]


def damaged(damage: Damage) -> bytes:
    """Return the sound second version of the sample with one damage done to it."""
    draft = submission(2)
    damage(draft)
    return plain(draft)


def put(address: str, value: object, sheet: str = SHEET_2) -> Damage:
    """Return the damage of one other value in one cell."""
    return lambda draft: draft.put(sheet, address, value)


def without(sheet: str) -> Damage:
    """Return the damage of a sheet that is not there."""
    return lambda draft: draft.sheets.pop(sheet)


def below(*rows: list[object], sheet: str = SHEET_2) -> Damage:
    """Return the damage of more rows at the end of a sheet."""
    return lambda draft: draft.sheets[sheet].extend([*rows])


def inserted(row: int, *cells: object, sheet: str = SHEET_2) -> Damage:
    """Return the damage of a row put in, so that it is Excel's *row*."""
    return lambda draft: draft.sheets[sheet].insert(row - 1, [*cells])


@dataclass(frozen=True, slots=True)
class Mistake:
    """A damage, the one finding that it must give, and what its sentences must name."""

    name: str
    damage: Damage
    finding: tuple[str, str, str, str | None]
    said: tuple[str, ...] = ()


MISTAKES = (
    Mistake("no annex 2", without(SHEET_2), ("F01", "hard", "附件2", None), ("土地整理", "附件2")),
    Mistake("no annex 3", without(SHEET_3), ("F01", "hard", "附件3", None), ("增减挂钩", "附件3")),
    Mistake("no progress", without(SHEET_DONE), ("F01", "hard", "完成情况", None), ("2024年度", "完成情况")),
    Mistake("empty sheet", lambda one: one.sheets.update({SHEET_2: []}), ("F01", "hard", SHEET_2, "A1"), ("表头",)),
    Mistake(
        "title without table",
        lambda one: one.sheets.update({SHEET_2: one.sheets[SHEET_2][:3]}),
        ("F01", "hard", SHEET_2, "A1"),
        ("表头",),
    ),
    Mistake(
        "the same table twice",
        lambda one: one.sheets.update({"附件2 (2)": one.sheets[SHEET_2]}),
        ("F01", "hard", "附件2 (2)", "A1"),
        ("附件2 (2)", "附件2"),
    ),
    Mistake("heading gone: serial", put("A4", None), ("F02", "hard", SHEET_2, "A4"), ("序号", "A4")),
    Mistake("heading gone: township", put("B4", None), ("F02", "hard", SHEET_2, "B4"), ("乡镇（街道）", "B4")),
    Mistake("heading gone: year", put("C4", None), ("F02", "hard", SHEET_2, "C4"), ("2024年", "C4")),
    Mistake("heading gone: total", put("F4", None), ("F02", "hard", SHEET_2, "F4"), ("总计", "F4")),
    Mistake("heading renamed: year", put("C4", "首年"), ("F02", "hard", SHEET_2, "C4"), ("2024年", "首年", "C4")),
    Mistake("heading renamed: township", put("B4", "单位"), ("F02", "hard", SHEET_2, "B4"), ("乡镇（街道）", "单位")),
    Mistake(
        "heading doubled beside the table",
        lambda one: one.sheets.update({SHEET_2: [[*row, row[2]] for row in one.sheets[SHEET_2]]}),
        ("F02", "hard", SHEET_2, "G4"),
        ("2024年", "C4、G4"),
    ),
    Mistake("words for a number", put("C5", "二百"), ("F04", "hard", SHEET_2, "C5"), ("第5行", "2024年", "二百", "C5")),
    Mistake("number with its unit", put("C5", "200亩"), ("F05", "report", SHEET_2, "C5"), ("200亩", "C5")),
    Mistake("a dash", put("E10", "—"), ("F05", "report", SHEET_2, "E10"), ("—", "E10")),
    Mistake("true for a number", put("C5", value=True), ("F04", "hard", SHEET_2, "C5"), ("TRUE", "C5")),
    Mistake("too long a number", put("C5", "9" * 60), ("F04", "hard", SHEET_2, "C5"), ("C5",)),
    Mistake("blank figure", put("C5", None), ("F04", "hard", SHEET_2, "C5"), ("第5行", "没有填写", "C5")),
    Mistake("spaces for a figure", put("C5", " \u3000"), ("F04", "hard", SHEET_2, "C5"), ("没有填写",)),
    Mistake("blank total column", put("F5", None), ("F04", "hard", SHEET_2, "F5"), ("总计", "F5")),
    Mistake("blank in the total row", put("C14", None), ("F04", "hard", SHEET_2, "C14"), ("第14行", "C14")),
    Mistake("blank progress", put("D6", None, SHEET_DONE), ("F04", "hard", SHEET_DONE, "D6"), ("增减挂钩指标", "D6")),
    Mistake("unknown township", put("B5", "西街街道"), ("C02", "hard", SHEET_2, "B5"), ("第5行", "西街街道", "B5")),
    Mistake("blank township", put("B5", None), ("C02", "hard", SHEET_2, "B5"), ("第5行", "B5")),
    Mistake("township repeated", put("B5", "碧谷街道"), ("C15", "hard", SHEET_2, "B6"), ("碧谷街道", "B5、B6")),
    Mistake(
        "one township more", inserted(14, 10, "西街街道", 0, 0, 0, 0), ("C02", "hard", SHEET_2, "B14"), ("西街街道",)
    ),
    Mistake("short township", put("B5", "铜都"), ("C04", "report", SHEET_2, "B5"), ("铜都", "铜都街道")),
    Mistake("number as text", put("C5", "200"), ("F05", "report", SHEET_2, "C5"), ("200", "C5")),
    Mistake("full-width digits", put("C5", "２００"), ("F05", "report", SHEET_2, "C5"), ("２００", "C5")),
    Mistake("thousands separator", put("F5", "1,100"), ("F05", "report", SHEET_2, "F5"), ("1,100", "F5")),
    Mistake(
        "formula error", put("C5", Formula("=A1/0", "#REF!")), ("F06", "hard", SHEET_2, "C5"), ("第5行", "#REF!", "C5")
    ),
    Mistake(
        "formula error in the total row",
        put("C14", Formula("=SUM(C5:C13)", "#VALUE!")),
        ("F06", "hard", SHEET_2, "C14"),
        ("#VALUE!", "C14"),
    ),
    Mistake(
        "formula error for a township",
        put("B5", Formula("=VLOOKUP(1,A1:B2,2)", "#N/A")),
        ("F06", "hard", SHEET_2, "B5"),
        ("#N/A", "B5"),
    ),
    Mistake("negative", put("C5", -200), ("F09", "hard", SHEET_2, "C5"), ("-200", "C5")),
    Mistake("decimals", put("C5", 200.5), ("F10", "hard", SHEET_2, "C5"), ("200.5", "C5")),
    Mistake("serial number twice", put("A13", 8), ("F11", "hard", SHEET_2, "A13"), ("A12、A13",)),
    Mistake("serial numbers from 2", lambda one: _renumber(one, 2), ("F11", "soft", SHEET_2, "A5"), ("2", "1")),
    Mistake("a row lost", lambda one: one.sheets[SHEET_2].pop(8), ("X04", "hard", SHEET_2, "B13"), ("汤丹镇",)),
    Mistake(
        "the first row lost", lambda one: one.sheets[SHEET_2].pop(4), ("X04", "hard", SHEET_2, "B13"), ("铜都街道",)
    ),
    Mistake(
        "a row doubled",
        lambda one: one.sheets[SHEET_2].insert(9, list(one.sheets[SHEET_2][8])),
        ("C15", "hard", SHEET_2, "B10"),
        ("汤丹镇", "B9、B10"),
    ),
    Mistake("serial number below 0", put("A6", -2), ("F04", "hard", SHEET_2, "A6"), ("第6行", "-2", "A6")),
    Mistake("no unit", put("A3", None), ("F03", "hard", SHEET_2, "A3"), ("没有注明", "（单位：亩）")),
    Mistake("empty unit", put("A3", "（单位：）"), ("F03", "hard", SHEET_2, "A3"), ("没有注明",)),
    Mistake("another unit", put("A3", "（单位：公顷）"), ("F03", "hard", SHEET_2, "A3"), ("公顷", "亩")),
    Mistake("ten thousand mu", put("A3", "（单位：万亩）"), ("F03", "hard", SHEET_2, "A3"), ("万亩", "亩")),
    Mistake("two units", put("C4", "2024年（公顷）"), ("F03", "hard", SHEET_2, "A3"), ("亩、公顷",)),
    Mistake("no total row", lambda one: one.sheets[SHEET_2].pop(), ("F14", "soft", SHEET_2, "A14"), ("合计行", "总计")),
    Mistake(
        "two total rows",
        lambda one: one.sheets[SHEET_2].append(list(one.sheets[SHEET_2][-1])),
        ("F14", "soft", SHEET_2, "A15"),
        ("A14、A15",),
    ),
    Mistake("county's name", put("B5", "西山区", COVER), ("C01", "hard", COVER, "B5"), ("530113", "东川区", "B5")),
    Mistake("city's name", put("B6", "昆明", COVER), ("C01", "hard", COVER, "B6"), ("530113", "昆明市", "B6")),
    Mistake("no county's name", put("B5", None, COVER), ("C01", "hard", COVER, "B5"), ("530113", "东川区", "B5")),
    Mistake(
        "city's name never calculated",
        put("B6", Formula("=A1", ""), COVER),
        ("C01", "hard", COVER, "B6"),
        ("昆明市", "B6"),
    ),
    Mistake("unsigned", put("B9", None, COVER), ("D06", "soft", COVER, "B9"), ("编制单位",)),
    Mistake(
        "cover entry twice, the same",
        below(["版次", 2], sheet=COVER),
        ("F02", "hard", COVER, "A14"),
        ("版次", "A8、A14"),
    ),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_one_mistake_is_one_finding_at_its_place(mistake: Mistake) -> None:
    """Each mistake gives one finding and no other, with rule, weight, sheet and cell, in words that name the place."""
    report = report_of(damaged(mistake.damage))

    assert briefs(report) == [mistake.finding]
    found = report.findings[0]
    assert reads_well(found.message, found.remedy), (found.message, found.remedy)
    assert all(word in found.message + found.remedy for word in mistake.said), (found.message, found.remedy)
    assert found.basis
    assert report.outcome == (ACCEPTED if mistake.finding[1] == "report" else FLAGGED)
    assert found.cell is None or found.cell in {one.address for one in found.cells}


def _renumber(draft: Draft, first: int) -> None:
    for at, row in enumerate(draft.sheets[SHEET_2][4:13], start=first):
        row[0] = at


SINGLE_CAUSES = (
    Mistake("year's heading written over another", put("D4", "2024年"), ("F02", "hard", SHEET_2, "D4")),
    Mistake("blank serial number", put("A6", None), ("F04", "hard", SHEET_2, "A6")),
    Mistake("words for a serial number", put("A5", "一"), ("F04", "hard", SHEET_2, "A5")),
    Mistake("serial number 0", put("A5", 0), ("F11", "soft", SHEET_2, "A5")),
    Mistake("subtotal in between", inserted(10, "合计", None, 1100, 2400, 1500, 5000), ("F14", "soft", SHEET_2, "A15")),
    Mistake("total row without its name", put("A14", None), ("F14", "soft", SHEET_2, "A14"), ("A14", "总计")),
    Mistake("two units in one line", put("A3", "（单位：亩、公顷）"), ("F03", "hard", SHEET_2, "A3"), ("亩、公顷",)),
)


@pytest.mark.parametrize("mistake", SINGLE_CAUSES, ids=lambda one: one.name)
def test_one_cause_is_one_finding(mistake: Mistake) -> None:
    """A mistake that touches several rules still gives one finding, at the cell to mend."""
    assert briefs(report_of(damaged(mistake.damage))) == [mistake.finding]


def _renamed(draft: Draft) -> None:
    names = {SHEET_2: "Sheet1", SHEET_3: "随便", SHEET_DONE: "表3"}
    draft.sheets = {names.get(name, name): rows for name, rows in draft.sheets.items()}


def _blank_rows(draft: Draft) -> None:
    rows = draft.sheets[SHEET_2]
    for at in (8, 4, 0):
        rows.insert(at, [None] * 6)
    rows.extend([[None] * 6] * 30)


def _signed_off(draft: Draft) -> None:
    for sheet in (SHEET_2, SHEET_3, SHEET_DONE):
        lines: tuple[list[object], ...] = (
            [None],
            ["注：本表数字为计划数，共 1000 亩。"],
            ["填表人：张三", None, "审核人：李四"],
            ["填表日期：2025年1月10日"],
            [1],
        )
        draft.sheets[sheet].extend([*line] for line in lines)


def _units_in_headings(draft: Draft) -> None:
    draft.put(SHEET_2, "A3", None)
    for column in "CDEF":
        draft.put(SHEET_2, f"{column}4", f"{draft.get(SHEET_2, f'{column}4')}（亩）")


@pytest.mark.parametrize(
    "harmless",
    [
        pytest.param(lambda _: None, id="nothing at all"),
        pytest.param(_renamed, id="tables on renamed sheets"),
        pytest.param(_blank_rows, id="blank rows"),
        pytest.param(_signed_off, id="notes, sign-off and page number below the table"),
        pytest.param(_units_in_headings, id="units in the headings"),
        pytest.param(put("A14", "总 计"), id="spaces in the total's name"),
        pytest.param(put("A3", "单位:  亩"), id="unit without brackets"),
        pytest.param(put("A3", "（面积单位：亩）"), id="area unit"),
        pytest.param(put("B4", "乡镇"), id="another word for a heading"),
        pytest.param(put("B5", " 铜都 街道\u3000"), id="spaces in a name"),
        pytest.param(put("C14", Formula("=SUM(C5:C13)", 1700)), id="formula with its result"),
        pytest.param(lambda one: one.sheets.update({"说明": [["本年说明"], ["序号", 1]]}), id="another sheet"),
    ],
)
def test_what_is_no_mistake_is_not_found(harmless: Damage) -> None:
    """What people do to a table without changing what it says is no finding, and its figures are still all read."""
    report = report_of(damaged(harmless))

    assert briefs(report) == []
    assert report.outcome == ACCEPTED
    assert not report.not_run
    assert len(report.figures) == len(report_of(damaged(lambda _: None)).figures)


@pytest.mark.parametrize("address", ["C14", "F5", "C5"])
def test_a_formula_that_was_never_calculated_is_told_so(address: str) -> None:
    """A formula without a result, as programs write it, is neither blank nor zero: it must be calculated."""
    book = openpyxl.load_workbook(BytesIO(submission(2).bytes()))
    book[SHEET_2][address] = "=100+100"
    buffer = BytesIO()
    book.save(buffer)

    report = report_of(buffer.getvalue())

    assert briefs(report) == [("F06", "hard", SHEET_2, address)]
    assert "没有计算结果" in report.findings[0].message
    assert "重新计算" in report.findings[0].remedy


def test_a_hidden_sheet_is_read_and_told() -> None:
    """A table on a hidden sheet counts and is told: nobody signs what nobody sees."""
    report = report_of(plain_bytes(submission(2).sheets, hidden=(SHEET_2,)))

    assert briefs(report) == [("F08", "soft", SHEET_2, "A1")]


@pytest.mark.hostile(46)
def test_a_hidden_sheet_that_nothing_was_read_from_is_listed() -> None:
    """An older copy of a table on a hidden sheet is not read, and that is told; one without figures is nothing."""
    sheets = submission(2).sheets
    older = plain_bytes({**sheets, "旧": sheets[SHEET_2], "说明": [["说明"]]}, hidden=("旧", "说明"))
    assert briefs(report_of(older)) == [("F08", "report", "旧", "A1")]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A cover that says not whose file it is: the damage, code and cell of the refusal, and what it must name."""

    name: str
    damage: Damage
    code: str
    cell: str | None
    said: tuple[str, ...] = ()


REJECTED = (
    Rejected("no cover", without(COVER), "cover_missing", None, ("封面", "版次")),
    Rejected("no year", put("B3", None, COVER), "cover_field_missing", "B3", ("核算年度", "四位")),
    Rejected("year in words", put("B3", "二〇二四年", COVER), "cover_field_bad", "B3", ("二〇二四年", "B3")),
    Rejected("year of five digits", put("B3", 20240, COVER), "cover_field_bad", "B3", ("20240", "B3")),
    Rejected("year with a fraction", put("B3", 2024.5, COVER), "cover_field_bad", "B3", ("2024.5", "B3")),
    Rejected("no code", put("B4", None, COVER), "cover_field_missing", "B4", ("县级行政区划代码", "六位")),
    Rejected("code of five digits", put("B4", "53011", COVER), "cover_field_bad", "B4", ("53011", "六位", "B4")),
    Rejected("statistical code", put("B4", "530113000000", COVER), "cover_field_bad", "B4", ("530113000000",)),
    Rejected("name for a code", put("B4", "东川", COVER), "cover_field_bad", "B4", ("东川", "B4")),
    Rejected("no version", put("B8", None, COVER), "cover_field_missing", "B8", ("版次",)),
    Rejected("version 0", put("B8", 0, COVER), "cover_field_bad", "B8", ("从 1 起", "B8")),
    Rejected("version below 0", put("B8", -1, COVER), "cover_field_bad", "B8", ("-1", "B8")),
    Rejected("half a version", put("B8", 1.5, COVER), "cover_field_bad", "B8", ("1.5", "B8")),
    Rejected("version in words", put("B8", "第二版", COVER), "cover_field_bad", "B8", ("第二版", "B8")),
    Rejected("version's label gone", put("A8", "版号", COVER), "cover_field_missing", None, ("版次",)),
    Rejected("two versions", below(["版次", 3], sheet=COVER), "cover_field_doubled", "B14", ("版次",)),
    Rejected("two years", below(["年度", 2023], sheet=COVER), "cover_field_doubled", "B14", ("核算年度",)),
    Rejected("county without contract", put("B4", "530114", COVER), "no_contract", "B4", ("530114", "2024", "B4")),
    Rejected("year without contract", put("B3", 2027, COVER), "no_contract", "B3", ("530113", "2027", "B3")),
)


@pytest.mark.parametrize(
    "rejected",
    [pytest.param(one, id=one.name) for one in REJECTED],
)
def test_a_cover_that_says_not_whose_it_is_refuses_the_file(rejected: Rejected) -> None:
    """Without county, year and version a file is nobody's: refused at the cell of the cover, with the cure."""
    refusal = refusal_of(damaged(rejected.damage))

    assert (refusal.code, refusal.sheet, refusal.cell) == (rejected.code, COVER, rejected.cell)
    assert reads_well(refusal.message, refusal.remedy)
    assert all(word in refusal.message + refusal.remedy for word in rejected.said), refusal


def _zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _parts() -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(submission(2).bytes())) as archive:
        return {one.filename: archive.read(one) for one in archive.infolist()}


def _with(name: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = _parts()
    return _zipped({**parts, name: change(parts.get(name, b""))})


def _lacking(name: str) -> bytes:
    return _zipped({one: content for one, content in _parts().items() if one != name})


def _flipped() -> bytes:
    data = bytearray(_zipped(_parts(), zipfile.ZIP_STORED))
    data[data.index(b"<sheetData>") + 40] ^= 1
    return bytes(data)


def _entry_twice(second: str) -> bytes:
    buffer = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, content in {**_parts()}.items():
            archive.writestr(name, content)
        archive.writestr(second, b"<workbook/>")
    return buffer.getvalue()


def _doctype(before: bytes = b"") -> Callable[[bytes], bytes]:
    declared = b"?>" + before + b'<!DOCTYPE x [<!ENTITY a "b">]>'
    return lambda content: content.replace(b"?>", declared, 1)


def _utf16(content: bytes) -> bytes:
    return content.decode().replace("UTF-8", "UTF-16").encode("utf-16")


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
WORKBOOK, FIRST_SHEET = "xl/workbook.xml", "xl/worksheets/sheet1.xml"

FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty": (lambda: b"", "empty", "0 字节"),
    "one letter": (lambda: b"x", "not_workbook", "文本"),
    "text": ("本年新增耕地 1654.6 亩".encode, "not_workbook", "文本"),
    "csv in the old encoding": (lambda: "序号,乡镇\n1,铜都街道\n".encode("gb18030"), "not_workbook", "CSV"),
    "web page": (lambda: b"<html><table></table></html>", "not_workbook", "HTML"),
    "web page with a mark": (lambda: b"\xef\xbb\xbf\n<!DOCTYPE html>", "not_workbook", "HTML"),
    "xml spreadsheet": (lambda: b'<?xml version="1.0"?><Workbook/>', "not_workbook", "XML"),
    "pdf": (lambda: b"%PDF-1.7\n%\xe2\xe3", "not_workbook", "PDF"),
    "old xls": (lambda: _OLE, "not_workbook", ".xls"),
    "encrypted": (lambda: _OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted", "密码"),
    "rar": (lambda: b"Rar!\x1a\x07\x01\x00", "not_workbook", "RAR"),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c", "not_workbook", "7z"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n", "not_workbook", "图片"),
    "zeros": (lambda: b"\0" * 4096, "not_workbook", "无法识别"),
    "zip's first letters": (lambda: b"PK", "damaged", "zip"),
    "zip of other things": (lambda: _zipped({"照片.jpg": b"x"}), "not_workbook", "压缩包"),
    "empty zip": (lambda: _zipped({}), "junk_around", "另存"),
    "word document": (lambda: _zipped({"word/document.xml": b"<w/>"}), "not_workbook", "Word"),
    "xlsb": (lambda: _zipped({"xl/workbook.bin": b"\x83\x01"}), "not_workbook", "二进制"),
    "ods": (lambda: _zipped({"content.xml": b"<o/>"}), "not_workbook", "OpenDocument"),
    "cut in the middle": (lambda: submission(2).bytes()[:5000], "damaged", "zip"),
    "cut by one byte": (lambda: submission(2).bytes()[:-1], "damaged", "zip"),
    "cut before its end": (lambda: submission(2).bytes()[:-30], "damaged", "zip"),
    "one bit flipped": (_flipped, "damaged", FIRST_SHEET),
    "an entry twice": (lambda: _entry_twice(WORKBOOK), "part_twice", WORKBOOK),
    "an entry twice but for case": (lambda: _entry_twice("xl/WORKBOOK.xml"), "part_twice", "xl/WORKBOOK.xml"),
    "an entry outside": (lambda: _entry_twice("../evil.xml"), "suspicious", "../evil.xml"),
    "a document type": (lambda: _with(WORKBOOK, _doctype()), "doctype", WORKBOOK),
    "a bomb": (lambda: _with("xl/theme/theme1.xml", lambda _: b"0" * (60 << 20)), "bomb", "xl/theme/theme1.xml"),
    "no workbook part": (lambda: _lacking(WORKBOOK), "part_missing", WORKBOOK),
    "no content types": (lambda: _lacking("[Content_Types].xml"), "part_missing", "[Content_Types].xml"),
    "broken markup": (lambda: _with(FIRST_SHEET, lambda _: b"<worksheet"), "damaged", FIRST_SHEET),
    "no shared strings": (lambda: _with("xl/sharedStrings.xml", lambda _: b"<sst/>"), "string_index", "另存"),
}
FILES |= {
    "a document type behind a long remark": (
        lambda: _with(WORKBOOK, _doctype(b"<!--" + b"x" * 5000 + b"-->")),
        "doctype",
        WORKBOOK,
    ),
    "a document type in UTF-16": (lambda: _with(WORKBOOK, lambda one: _utf16(_doctype()(one))), "encoding", WORKBOOK),
    "a sheet's part gone": (lambda: _lacking("xl/worksheets/sheet2.xml"), "part_missing", "xl/worksheets/sheet2.xml"),
}


@pytest.mark.parametrize(
    ("make", "code", "said"),
    [pytest.param(*one, id=name) for name, one in FILES.items()],
)
def test_what_is_no_workbook_is_refused_with_what_it_is(make: Callable[[], bytes], code: str, said: str) -> None:
    """A file that is no sound workbook is refused: what it is, or which part is wrong, and how to make a good one."""
    refusal = result_of(make())

    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert said in refusal.message + refusal.remedy
    assert reads_well(refusal.message, refusal.remedy)


def check(*paths: Path, form: str = "json") -> "subprocess.CompletedProcess[str]":
    """Run ``hesuan check`` as people do, in a process of its own."""
    command = [sys.executable, "-m", "desk", "check", *(str(one) for one in paths), "--format", form]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, check=False, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=300
    )


def _folder(place: Path) -> Path:
    place.mkdir()
    return place


def _pipe(place: Path) -> Path:
    os.mkfifo(place)
    return place


def _dead_link(place: Path) -> Path:
    place.symlink_to(place.with_name("nowhere.xlsx"))
    return place


def _link(place: Path) -> Path:
    place.symlink_to(submission(2).save(place.with_name("真的.xlsx")))
    return place


def _unreadable(place: Path) -> Path:
    submission(2).save(place).chmod(0)
    return place


def _text(place: Path) -> Path:
    place.write_bytes("不是工作簿".encode())
    return place


POSIX = pytest.mark.skipif(os.name != "posix", reason="the system has no such thing")
NOT_ROOT = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(_folder, "not_a_file", id="folder"),
        pytest.param(_pipe, "not_a_file", id="pipe", marks=POSIX),
        pytest.param(_dead_link, "link", id="dead link", marks=POSIX),
        pytest.param(_link, "link", id="link", marks=POSIX),
        pytest.param(_unreadable, "unreadable", id="unreadable", marks=[POSIX, NOT_ROOT]),
        pytest.param(lambda place: place, "missing_file", id="missing"),
        pytest.param(_text, "not_workbook", id="text"),
    ],
)
def test_check_refuses_what_it_cannot_take_and_goes_on(make: Callable[[Path], Path], code: str, tmp_path: Path) -> None:
    """What is no file to read exits 3 with a refusal in JSON and no trace; the next file is checked all the same."""
    folder = tmp_path / "收件 一"
    folder.mkdir()
    bad = make(folder / "东川 报表.xlsx")
    good = submission(2).save(folder / "好.xlsx")

    done = check(bad, good)

    assert (done.returncode, done.stderr) == (3, "")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["outcome"] == "refused"
    assert first["file"] == str(bad)
    assert first["findings"] == []
    assert first["refusal"]["code"] == code
    assert reads_well(first["refusal"]["message"], first["refusal"]["remedy"])
    assert second["outcome"] == "accepted"


def test_check_in_words_names_file_place_and_cure(tmp_path: Path) -> None:
    """For people, every bad file has a line with its name and code and a line with what to do, and no trace."""
    text = _text(tmp_path / "文字.xlsx")
    cover = tmp_path / "无年度.xlsx"
    cover.write_bytes(damaged(put("B3", None, COVER)))
    figure = tmp_path / "错数.xlsx"
    figure.write_bytes(damaged(put("C5", "二百")))

    done = check(text, cover, figure, form="text")

    assert (done.returncode, done.stderr) == (3, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 6
    assert f"{text}：拒收（not_workbook）" in lines[0]
    assert f"{cover}：拒收（cover_field_missing）封面!B3" in lines[2]
    assert "核算年度" in lines[3]
    assert f"{figure}：有问题，强制 1，核实 0" in lines[4]
    assert lines[5].startswith("  [强制] 附件2!C5")
    assert "Traceback" not in done.stdout


def test_a_missing_cover_entry_is_not_asked_for_in_the_titles_cell() -> None:
    """The cure for a label that is not on the cover points at a free place, not at the title."""
    report = report_of(damaged(put("A6", None, COVER)))

    assert [one.rule for one in report.findings] == ["F02"]
    assert "A1 " not in report.findings[0].remedy
