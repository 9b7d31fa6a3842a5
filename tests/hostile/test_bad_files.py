"""Files that are no sound workbook: refused with what they are, and with how to make a good one."""

import warnings
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from checks.model.finding import Refusal
from tests.builders.dongchuan import submission
from tests.builders.examined import reads_well, result_of


def _zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _parts() -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(submission(2).bytes())) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def _with(name: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = _parts()
    return _zipped({**parts, name: change(parts.get(name, b""))})


def _lacking(name: str) -> bytes:
    return _zipped({item: content for item, content in _parts().items() if item != name})


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
    "csv in the old encoding": (lambda: "序号,乡镇\n1,铜都街道\n".encode("gb18030"), "single_table_unknown", "CSV"),
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
    "fods": (
        lambda: (
            b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
            + b' xmlns:x="urn:oasis:names:tc:opendocument:xmlns:other:1.0"'.ljust(5000)
            + b' office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body/></office:document>'
        ),
        "not_workbook",
        "fods",
    ),
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
    "a document type behind a long remark": (
        lambda: _with(WORKBOOK, _doctype(b"<!--" + b"x" * 5000 + b"-->")),
        "doctype",
        WORKBOOK,
    ),
    "a document type in UTF-16": (lambda: _with(WORKBOOK, lambda part: _utf16(_doctype()(part))), "encoding", WORKBOOK),
    "a sheet's part gone": (lambda: _lacking("xl/worksheets/sheet2.xml"), "part_missing", "xl/worksheets/sheet2.xml"),
}


@pytest.mark.parametrize(
    ("make", "code", "said"),
    [pytest.param(*item, id=name) for name, item in FILES.items()],
)
def test_what_is_no_workbook_is_refused_with_what_it_is(make: Callable[[], bytes], code: str, said: str) -> None:
    """A file that is no sound workbook is refused: what it is, or which part is wrong, and how to make a good one."""
    refusal = result_of(make())

    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert said in refusal.message + refusal.remedy
    assert reads_well(refusal.message, refusal.remedy)
