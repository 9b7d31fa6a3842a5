"""Rows 1 to 24 of the table: files that are no workbook, or whose zip is damaged or built to deceive."""

import struct
import zipfile
import zlib
from io import BytesIO
from random import Random

from tests.hostile.generator.case import Case, Due, case, simple
from tests.hostile.generator.package import SHEET, WORKBOOK, entry, good, zipped

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = struct.Struct("<4sHHHHLLH")


def _file() -> bytes:
    return good().zipped()


def _flipped_stored(random: Random) -> bytes:
    """One digit of a figure changed inside a stored part, its CRC left as it was."""
    data = good().zipped(zipfile.ZIP_STORED)
    at = data.index(b"<v>150</v>") + 3
    return data[:at] + str(random.randint(2, 9)).encode() + data[at + 1 :]


def _flipped_deflated(random: Random) -> bytes:
    data = bytearray(_file())
    at = data.index(SHEET.encode()) + len(SHEET) + random.randint(40, 400)
    data[at] ^= 1 << random.randrange(8)
    return bytes(data)


def bomb(name: str, megabytes: int, fill: bytes = b" ") -> bytes:
    """A part of so many megabytes of nothing."""
    return good().put(name, fill * (megabytes * 1024 * 1024)).zipped()


def _many_bombs() -> bytes:
    parts, nothing = good(), b" " * (10 * 1024 * 1024)
    for number in range(3):
        parts.put(f"xl/theme/theme{number + 2}.xml", nothing)
    return parts.zipped()


def _twice(second: str) -> bytes:
    buffer = BytesIO(_file())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        changed = good().parts[SHEET].replace(b"<v>150</v>", b"<v>999</v>")
        import warnings  # noqa: PLC0415 - the library warns of the very thing that is wanted

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr(second, changed)
    return buffer.getvalue()


def raw_zip(entries: list[tuple[bytes, bytes]], *, flags: int = 0, offsets: list[int] | None = None) -> bytes:
    """A zip put together by hand: entries stored, the directory saying what it is told."""
    body, directory = bytearray(), bytearray()
    for number, (name, content) in enumerate(entries):
        at = offsets[number] if offsets else len(body)
        sizes = (zlib.crc32(content), len(content), len(content), len(name))
        head = (b"PK\x01\x02", 20, 20, flags, 0, 0, 33)
        directory += struct.pack("<4sHHHHHHLLLHHHHHLL", *head, *sizes, 0, 0, 0, 0, 0, at) + name
        body += entry(name, content, flags=flags)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return bytes(body + directory + end)


def _parts() -> list[tuple[bytes, bytes]]:
    return [(name.encode(), content) for name, content in good().parts.items()]


def _overlapping() -> bytes:
    entries = _parts()
    offsets, at = [], 0
    for name, content in entries:
        offsets.append(at)
        at += 30 + len(name) + len(content)
    offsets[4] = offsets[3]  # two entries of the directory share one set of bytes
    return raw_zip(entries, offsets=offsets)


def _many_sheets(count: int, *, same_part: bool) -> bytes:
    parts = good()
    listed = "".join(
        f'<sheet name="s{n}" sheetId="{n + 10}" r:id="{"rId1" if same_part else f"rId{n + 100}"}"/>'
        for n in range(count)
    )
    return parts.swap(WORKBOOK, "</sheets>", listed + "</sheets>").zipped()


def _link() -> bytes:
    buffer = BytesIO(_file())
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("xl/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def _streamed() -> bytes:
    """Sizes follow the data, as a writer does that cannot seek."""

    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in good().parts.items():
            archive.writestr(name, content)
    return pipe.getvalue()


def _zip64() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in good().parts.items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(content)
    return buffer.getvalue()


def _external_link() -> bytes:
    parts = good()
    relation = (
        '<Relationship Id="rId99" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink" '
        'Target="file:///C:/plan.xlsx" TargetMode="External"/></Relationships>'
    )
    return parts.swap("xl/_rels/workbook.xml.rels", "</Relationships>", relation).zipped()


def _typed(content: bytes) -> bytes:
    return content + bytes(Random(1).randrange(256) for _ in range(500))  # noqa: S311 - a test's filling


def _renamed_zip(name: str) -> bytes:
    return zipped({name: b"<x/>", "mimetype": b"x"})


def _two_in_one() -> bytes:
    """Another workbook in front: read from the front, or by the directory at the end, the file says two things."""
    return good().swap(SHEET, "<v>150</v>", "<v>999</v>").zipped() + _file()


def _hidden_between() -> bytes:
    """A part that no directory names, before the directory."""
    data = _file()
    at = data.index(b"PK\x01\x02")
    more = entry(SHEET.encode(), good().parts[SHEET].replace(b"<v>150</v>", b"<v>999</v>"))
    end = _END.unpack_from(data, len(data) - _END.size)
    return data[:at] + more + data[at : -_END.size] + _END.pack(*end[:6], end[6] + len(more), end[7])


def _other_sizes() -> bytes:
    data = bytearray(_file())
    struct.pack_into("<L", data, data.index(b"PK\x03\x04", 4) + 22, 7)
    return bytes(data)


CASES: tuple[Case, ...] = (
    simple(3, "another workbook in front", Due.REFUSE, _two_in_one, "junk_around"),
    simple(3, "part that nothing names", Due.REFUSE, _hidden_between, "junk_around"),
    simple(8, "part that tells another size of itself", Due.REFUSE, _other_sizes, "damaged"),
    simple(3, "remark behind the directory", Due.ACCEPT, lambda: _file()[:-2] + b"\x05\x00hello"),
    simple(1, "empty file", Due.REFUSE, lambda: b"", "empty"),
    simple(2, "cut in the middle", Due.REFUSE, lambda: _file()[: len(_file()) // 2], "damaged"),
    simple(2, "cut before its end", Due.REFUSE, lambda: _file()[:-10], "damaged"),
    simple(3, "junk before", Due.REFUSE, lambda: b"MZ" + b"x" * 500 + _file(), "not_workbook"),
    simple(3, "junk behind", Due.REFUSE, lambda: _file() + b"x" * 500, "junk_around"),
    case(4, "figure changed, stored", Due.REFUSE, "damaged")(_flipped_stored),
    case(4, "bit changed, deflated", Due.REFUSE, "damaged", "sheet_markup", "part_missing")(_flipped_deflated),
    simple(5, "sheet of 30 MB from 30 KB", Due.REFUSE, lambda: bomb("xl/worksheets/sheet9.xml", 30), "bomb"),
    simple(5, "strings of 30 MB from 30 KB", Due.REFUSE, lambda: bomb("xl/sharedStrings.xml", 30), "bomb"),
    simple(5, "many parts of 10 MB from 10 KB", Due.REFUSE, _many_bombs, "bomb"),
    simple(6, "picture of 30 MB", Due.ACCEPT, lambda: bomb("xl/media/image1.png", 30, b"\0")),
    simple(7, "5,000 sheets on one part", Due.REFUSE, lambda: _many_sheets(5000, same_part=True), "too_many_sheets"),
    simple(7, "two sheets on one part", Due.REFUSE, lambda: _many_sheets(1, same_part=True), "sheets_share_part"),
    simple(49, "10,000 sheets", Due.REFUSE, lambda: _many_sheets(10_000, same_part=False), "too_many_sheets"),
    simple(8, "entries share their bytes", Due.REFUSE, _overlapping, "overlap"),
    simple(9, "part outside the archive", Due.REFUSE, lambda: good().put("../../x.xml", "<x/>").zipped(), "suspicious"),
    simple(9, "absolute part", Due.REFUSE, lambda: good().put("/etc/x.xml", "<x/>").zipped(), "suspicious"),
    simple(9, "link entry", Due.REFUSE, _link, "suspicious"),
    simple(10, "sheet part twice", Due.REFUSE, lambda: _twice(SHEET), "part_twice"),
    simple(10, "sheet part in capitals", Due.REFUSE, lambda: _twice(SHEET.upper()), "part_twice"),
    simple(11, "backslash names", Due.EITHER, lambda: good().put("xl\\extra.xml", "<x/>").zipped(), "suspicious"),
    simple(12, "no sheet part", Due.REFUSE, lambda: good().drop(SHEET).zipped(), "part_missing"),
    simple(12, "no workbook part", Due.REFUSE, lambda: good().drop(WORKBOOK).zipped(), "part_missing"),
    simple(12, "no content types", Due.REFUSE, lambda: good().drop("[Content_Types].xml").zipped(), "part_missing"),
    simple(12, "no strings", Due.REFUSE, lambda: good().drop("xl/sharedStrings.xml").zipped(), "part_missing"),
    simple(
        15, "password", Due.REFUSE, lambda: _OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"
    ),
    simple(16, "zip password", Due.REFUSE, lambda: raw_zip(_parts(), flags=1), "encrypted"),
    simple(17, "old Excel renamed", Due.REFUSE, lambda: _typed(_OLE), "not_workbook"),
    simple(
        18, "web page renamed", Due.REFUSE, lambda: b"<html><table><tr><td>1</td></tr></table></html>", "not_workbook"
    ),
    simple(18, "XML 2003", Due.REFUSE, lambda: b'<?xml version="1.0"?><Workbook/>', "not_workbook"),
    simple(19, "CSV renamed", Due.REFUSE, lambda: "序号,乡镇\n1,铜都街道\n".encode("gbk"), "single_table_unknown"),
    simple(19, "TSV renamed", Due.REFUSE, lambda: b"1\t2\n3\t4\n", "single_table_unknown"),
    simple(20, "PDF", Due.REFUSE, lambda: _typed(b"%PDF-1.7\n"), "not_workbook"),
    simple(20, "RAR", Due.REFUSE, lambda: _typed(b"Rar!\x1a\x07"), "not_workbook"),
    simple(20, "Word", Due.REFUSE, lambda: _renamed_zip("word/document.xml"), "not_workbook"),
    simple(20, "OpenDocument", Due.REFUSE, lambda: _renamed_zip("content.xml"), "not_workbook"),
    simple(20, "binary Excel", Due.REFUSE, lambda: _renamed_zip("xl/workbook.bin"), "not_workbook"),
    simple(20, "plain zip", Due.REFUSE, lambda: _renamed_zip("a.txt"), "not_workbook"),
    simple(21, "macros", Due.ACCEPT, lambda: good().put("xl/vbaProject.bin", b"\0" * 100).zipped()),
    simple(22, "3,000 entries", Due.REFUSE, lambda: raw_zip([(b"x%d" % n, b"") for n in range(3000)]), "suspicious"),
    simple(23, "sizes behind the data", Due.ACCEPT, _streamed),
    simple(23, "zip64", Due.ACCEPT, _zip64),
    simple(24, "external link", Due.ACCEPT, _external_link),
)
