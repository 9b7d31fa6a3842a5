"""Rows 25 to 60 of the table: markup that readers take in different ways, sheets that lie about themselves."""

from random import Random

from checks.model.cell_ref import column_letters
from tests.hostile.generator.case import Case, Due, case, simple
from tests.hostile.generator.package import SHEET, WORKBOOK, Parts, good

_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_FIGURE = '<c r="C6" s="8"><v>150</v></c>'


def _sheet(old: str, new: str, count: int = 1) -> bytes:
    return good().swap(SHEET, old, new, count).zipped()


def _cell(new: str) -> bytes:
    return _sheet(_FIGURE, new)


def _prolog(doctype: str, part: str = SHEET) -> bytes:
    return good().swap(part, 'standalone="yes"?>', f'standalone="yes"?>{doctype}').zipped()


def _laughs() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _prolog(f'<!DOCTYPE x [<!ENTITY l0 "lol">{levels}]>')


def _entity_figure() -> bytes:
    parts = good().swap(SHEET, 'standalone="yes"?>', 'standalone="yes"?><!DOCTYPE x [<!ENTITY f "999999">]>')
    return parts.swap(SHEET, "<v>150</v>", "<v>&f;</v>").zipped()


def _recoded(encoding: str, declared: str) -> bytes:
    parts = good()
    text = parts.parts["xl/sharedStrings.xml"].decode().replace("UTF-8", declared)
    return parts.put("xl/sharedStrings.xml", text.encode(encoding)).zipped()


def _prefixed() -> bytes:
    parts = good()
    import re  # noqa: PLC0415

    text = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", parts.parts[SHEET].decode()).replace("xmlns=", "xmlns:x=")
    return parts.put(SHEET, text).zipped()


def _strict() -> bytes:
    return _sheet(_SPACE, "http://purl.oclc.org/ooxml/spreadsheetml/main")


def _rows(parts: Parts) -> tuple[str, list[str], str]:
    text = parts.parts[SHEET].decode()
    head, rest = text.split("<sheetData>")
    data, tail = rest.split("</sheetData>")
    return head + "<sheetData>", [f"{part}</row>" for part in data.split("</row>")[:-1]], "</sheetData>" + tail


def _shuffled(random: Random) -> bytes:
    parts = good()
    head, rows, tail = _rows(parts)
    random.shuffle(rows)
    return parts.put(SHEET, head + "".join(rows) + tail).zipped()


def _unreferenced() -> bytes:
    import re  # noqa: PLC0415

    parts = good()
    head, rows, tail = _rows(parts)
    bare = [re.sub(r' (?:r|spans)="[^"]*"', "", row) for row in rows]
    return parts.put(SHEET, head + "".join(bare) + tail).zipped()


def _pretty() -> bytes:
    import re  # noqa: PLC0415

    parts = good()
    head, rows, tail = _rows(parts)
    spread = [re.sub(r"(?<=>)(?=<(?:c|row|/row))", "\n  ", row).replace('"', "'") for row in rows]
    return parts.put(SHEET, head + "\n".join(spread) + "\n" + tail).zipped()


def _merged(reference: str) -> bytes:
    parts = good()
    text = parts.parts[SHEET].decode()
    if "<mergeCells" in text:
        return parts.swap(SHEET, "</mergeCells>", f'<mergeCell ref="{reference}"/></mergeCells>').zipped()
    return parts.swap(
        SHEET, "</sheetData>", f'</sheetData><mergeCells><mergeCell ref="{reference}"/></mergeCells>'
    ).zipped()


def many_merges(count: int) -> bytes:
    """Merges of blank cells below the table."""
    far = "".join(f'<mergeCell ref="H{n}:I{n}"/>' for n in range(100, 100 + count))
    return good().swap(SHEET, "</mergeCells>", far + "</mergeCells>").zipped()


def _state(sheet: str, state: str) -> bytes:
    return good().swap(WORKBOOK, f'name="{sheet}"', f'name="{sheet}" state="{state}"').zipped()


def _extra_sheet(name: str, state: str = "visible", first: bool = True) -> bytes:  # noqa: FBT001, FBT002 - a test's own
    parts = good()
    listed = f'<sheet name="{name}" sheetId="77" state="{state}" r:id="rId77"/>'
    old, new = ("<sheets>", f"<sheets>{listed}") if first else ("</sheets>", f"{listed}</sheets>")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relation = f'<Relationship Id="rId77" Type="{kind}" Target="worksheets/sheet77.xml"/></Relationships>'
    content = f'<worksheet xmlns="{_SPACE}"><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>'
    parts.swap("xl/_rels/workbook.xml.rels", "</Relationships>", relation).put("xl/worksheets/sheet77.xml", content)
    return parts.swap(WORKBOOK, old, new).zipped()


def ghosts() -> bytes:
    """Rows with a look and nothing else, down to the last of all."""
    ghosts = "".join(f'<row r="{n}" s="1" customFormat="1"><c r="A{n}" s="1"/></row>' for n in range(20, 1_048_577))
    return _sheet("</sheetData>", ghosts + "</sheetData>")


def strings(count: int) -> bytes:
    """Texts that no cell points at."""
    words = "".join(f"<si><t>地块{n}</t></si>" for n in range(count))
    return good().swap("xl/sharedStrings.xml", "</sst>", words + "</sst>").zipped()


def formats(count: int) -> bytes:
    """Looks that no cell has."""
    more = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' * count
    return good().swap("xl/styles.xml", "</cellXfs>", more + "</cellXfs>").zipped()


def conditions(count: int) -> bytes:
    """Conditional formats of one blank cell."""
    item = (
        '<conditionalFormatting sqref="H1"><cfRule type="cellIs"><formula>1</formula></cfRule></conditionalFormatting>'
    )
    return _sheet("<pageMargins", item * count + "<pageMargins")


def _blank_rows() -> bytes:
    parts = good()
    head, rows, tail = _rows(parts)
    import re  # noqa: PLC0415

    moved = [
        re.sub(r'(r="[A-Z]?)(\d+)"', lambda m: f'{m[1]}{int(m[2]) + 200}"', row) if at > 8 else row
        for at, row in enumerate(rows)
    ]
    return parts.put(SHEET, head + "".join(moved) + tail).zipped()


def _columns(listed: str) -> bytes:
    return _sheet("<sheetData>", f"<cols>{listed}</cols><sheetData>")


def _words(rows: int, columns: int) -> bytes:
    """A sheet of words that all might be headings."""
    row = "".join(_word(n) for n in range(columns))
    lines = "".join(f'<row r="{n}">{row.replace("#", str(n))}</row>' for n in range(1, rows + 1))
    return with_extra_sheet(lines)


def _word(column: int) -> str:
    letters = column_letters(column + 1)
    return f'<c r="{letters}#" t="s"><v>26</v></c>'


def _sparse(row: int, letters: str) -> bytes:
    """A used range with nothing between its corners."""
    far = f'<row r="{row}"><c r="{letters}{row}"><v>1</v></c></row>'
    return with_extra_sheet(f'<row r="1"><c r="A1"><v>1</v></c></row>{far}')


def with_extra_sheet(rows: str) -> bytes:
    """Add a sheet that no form is on."""
    parts = good()
    relation = (
        '<Relationship Id="rId77" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet77.xml"/></Relationships>'
    )
    content = f'<worksheet xmlns="{_SPACE}"><sheetData>{rows}</sheetData></worksheet>'
    parts.swap("xl/_rels/workbook.xml.rels", "</Relationships>", relation).put("xl/worksheets/sheet77.xml", content)
    return parts.swap(WORKBOOK, "</sheets>", '<sheet name="x" sheetId="77" r:id="rId77"/></sheets>').zipped()


def _covering() -> bytes:
    """Merges that cover a filled row each, over and over."""
    blank = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(100, 2100))
    parts = good().swap(SHEET, "</sheetData>", blank + "</sheetData>")
    merges = "".join(f'<mergeCell ref="B{n}:F{n + 180}"/>' for n in range(100, 2000))
    return parts.swap(SHEET, "</mergeCells>", merges + "</mergeCells>").zipped()


def _far(reference: str) -> bytes:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return _sheet("</sheetData>", f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>')


CASES: tuple[Case, ...] = (
    simple(
        13,
        "string index -1",
        Due.REFUSE,
        lambda: _cell('<c r="C6" s="8" t="s"><v>-1</v></c>'),
        "string_index",
        cell="C6",
    ),
    simple(
        13,
        "string index too high",
        Due.REFUSE,
        lambda: _cell('<c r="C6" s="8" t="s"><v>99999</v></c>'),
        "string_index",
        cell="C6",
    ),
    simple(
        13,
        "string index no number",
        Due.REFUSE,
        lambda: _cell('<c r="C6" s="8" t="s"><v>x</v></c>'),
        "string_index",
        cell="C6",
    ),
    simple(14, "style index too high", Due.EITHER, lambda: _cell('<c r="C6" s="9999"><v>150</v></c>')),
    simple(25, "entity bomb", Due.REFUSE, _laughs, "doctype"),
    simple(
        26, "external entity", Due.REFUSE, lambda: _prolog('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), "doctype"
    ),
    simple(
        26,
        "external entity in the workbook part",
        Due.REFUSE,
        lambda: _prolog('<!DOCTYPE x SYSTEM "file:///x">', WORKBOOK),
        "doctype",
    ),
    simple(27, "entity as figure", Due.REFUSE, _entity_figure, "doctype"),
    simple(
        28,
        "20,000 levels deep",
        Due.REFUSE,
        lambda: _sheet("</sheetData>", "<row>" * 20_000 + "</sheetData>"),
        "sheet_markup",
    ),
    simple(
        28,
        "levels behind the rows",
        Due.REFUSE,
        lambda: _sheet("<pageMargins", "<x>" * 20_000 + "</x>" * 20_000 + "<pageMargins"),
        "suspicious",
    ),
    simple(29, "UTF-16 strings", Due.EITHER, lambda: _recoded("utf-16", "UTF-16"), "encoding"),
    simple(29, "GBK strings", Due.EITHER, lambda: _recoded("gbk", "GBK"), "encoding"),
    simple(29, "GBK declared as UTF-8", Due.REFUSE, lambda: _recoded("gbk", "UTF-8"), "damaged"),
    simple(30, "BOM", Due.ACCEPT, lambda: good().put(SHEET, b"\xef\xbb\xbf" + good().parts[SHEET]).zipped()),
    simple(
        31,
        "control character",
        Due.REFUSE,
        lambda: good().swap("xl/sharedStrings.xml", "铜都街道", "铜都_x0001_街道").zipped(),
        "control_character",
    ),
    simple(
        31,
        "NUL",
        Due.REFUSE,
        lambda: good().swap("xl/sharedStrings.xml", "铜都街道", "铜都\x00街道").zipped(),
        "damaged",
    ),
    simple(
        31,
        "half character",
        Due.REFUSE,
        lambda: good().swap("xl/sharedStrings.xml", "铜都街道", "铜都&#xD800;街道").zipped(),
        "damaged",
    ),
    simple(
        32,
        "sheet cut, CRC right",
        Due.REFUSE,
        lambda: good().put(SHEET, good().parts[SHEET][:2000]).zipped(),
        "damaged",
    ),
    simple(
        32,
        "sheet cut, closed again",
        Due.REFUSE,
        lambda: good().put(SHEET, good().parts[SHEET][:2000] + b"</sheetData></worksheet>").zipped(),
        "sheet_markup",
        "bad_reference",
    ),
    simple(
        33,
        "attribute of 5 MB",
        Due.REFUSE,
        lambda: _sheet("<sheetData>", f'<x a="{"y7" * 2_500_000}"/><sheetData>'),
        "bomb",
        "suspicious",
    ),
    simple(
        33,
        "30,000 attributes",
        Due.REFUSE,
        lambda: _sheet("<sheetData>", "<x " + " ".join(f'a{n}="{n}"' for n in range(30_000)) + "/><sheetData>"),
        "suspicious",
    ),
    simple(34, "prefixed", Due.ACCEPT, _prefixed),
    simple(34, "no namespace", Due.REFUSE, lambda: _sheet(f' xmlns="{_SPACE}"', ""), "namespace"),
    simple(34, "Strict", Due.EITHER, _strict),
    simple(
        35,
        "comment inside a number",
        Due.REFUSE,
        lambda: _sheet("<v>150</v>", "<v>1<!-- -->50</v>"),
        "sheet_markup",
        cell="C6",
    ),
    simple(
        35,
        "instruction inside a number",
        Due.REFUSE,
        lambda: _sheet("<v>150</v>", "<v>1<?x?>50</v>"),
        "sheet_markup",
        cell="C6",
    ),
    simple(36, "false dimension", Due.ACCEPT, lambda: _sheet('ref="A1:F14"', 'ref="A1"')),
    simple(36, "dimension of the whole sheet", Due.ACCEPT, lambda: _sheet('ref="A1:F14"', 'ref="A1:XFD1048576"')),
    simple(37, "cell in the last corner", Due.REFUSE, lambda: _far("XFD1048576"), "sheet_too_large", cell="XFD1048576"),
    simple(37, "cell far to the right", Due.EITHER, lambda: _far("XFD20"), "sheet_too_large"),
    case(38, "rows shuffled", Due.ACCEPT)(_shuffled),
    simple(
        39,
        "row twice",
        Due.REFUSE,
        lambda: _sheet("</sheetData>", '<row r="6"><c r="C6"><v>9</v></c></row></sheetData>'),
        "row_twice",
    ),
    simple(
        39,
        "number twice in a cell",
        Due.REFUSE,
        lambda: _cell(_FIGURE + '<c r="C6"><v>9</v></c>'),
        "cell_twice",
        "cells_differ",
        cell="C6",
    ),
    simple(
        39,
        "text twice in a cell",
        Due.REFUSE,
        lambda: _cell(_FIGURE + '<c r="C6" t="s"><v>1</v></c>'),
        "cells_differ",
        "readings_differ",
    ),
    simple(40, "no references", Due.ACCEPT, _unreferenced),
    simple(40, "spread over lines, single quotes", Due.ACCEPT, _pretty),
    simple(
        41,
        "row and column swapped",
        Due.REFUSE,
        lambda: _cell('<c r="6C" s="8"><v>150</v></c>'),
        "bad_reference",
        cell="6C",
    ),
    simple(
        41,
        "reference of another row",
        Due.REFUSE,
        lambda: _cell('<c r="C66" s="8"><v>150</v></c>'),
        "bad_reference",
        cell="C66",
    ),
    simple(
        41,
        "reference beyond all rows",
        Due.REFUSE,
        lambda: _cell('<c r="A99999999999" s="8"><v>150</v></c>'),
        "bad_reference",
    ),
    simple(41, "row beyond all rows", Due.REFUSE, lambda: _far("A1048577"), "bad_reference"),
    simple(42, "5,000 merges", Due.EITHER, lambda: many_merges(5000)),
    simple(36, "used range with nothing in it", Due.ACCEPT, lambda: _sparse(1900, "CV")),
    simple(36, "large used range with nothing in it", Due.EITHER, lambda: _sparse(50_000, "Z"), "sheet_too_large"),
    simple(36, "widest used range", Due.EITHER, lambda: _sparse(190, "AMJ"), "sheet_too_large"),
    simple(42, "merges that cover each other", Due.EITHER, _covering),
    simple(58, "sheet full of headings", Due.EITHER, lambda: _words(60, 300)),
    simple(58, "widest row of headings", Due.EITHER, lambda: _words(30, 1000)),
    simple(43, "everything merged", Due.REFUSE, lambda: _merged("A1:XFD1048576"), "merge_too_large"),
    simple(44, "merges overlap", Due.EITHER, lambda: _merged("A1:C2")),
    simple(45, "merge hides figures", Due.REFUSE, lambda: _merged("C6:D6"), "merge_hides", cell="D6"),
    simple(46, "hidden sheet first", Due.ACCEPT, lambda: _extra_sheet("x", "hidden")),
    simple(46, "very hidden sheet first", Due.ACCEPT, lambda: _extra_sheet("x", "veryHidden")),
    simple(47, "hidden row", Due.EITHER, lambda: _sheet('<row r="6"', '<row r="6" hidden="1"')),
    simple(
        47,
        "all columns hidden, over and over",
        Due.EITHER,
        lambda: _columns('<col min="1" max="16384" hidden="1"/>' * 20_000),
    ),
    simple(
        47,
        "hidden columns that are none",
        Due.EITHER,
        lambda: _sheet(
            "<sheetData>", '<cols><col min="9" max="3" hidden="1"/><col min="0" max="99999999"/></cols><sheetData>'
        ),
    ),
    simple(48, "10,000 formats", Due.ACCEPT, lambda: formats(10_000)),
    simple(51, "two sheets of one name", Due.REFUSE, lambda: _extra_sheet("附件3"), "sheet_twice"),
    simple(52, "odd sheet name", Due.ACCEPT, lambda: _extra_sheet("\u202exslx.&#10;&lt;b&gt;", first=False)),
    simple(
        53,
        "chart sheet first",
        Due.EITHER,
        lambda: (
            good().swap("xl/_rels/workbook.xml.rels", "relationships/worksheet", "relationships/chartsheet").zipped()
        ),
    ),
    simple(
        53,
        "chart sheets only",
        Due.REFUSE,
        lambda: (
            good().swap("xl/_rels/workbook.xml.rels", "relationships/worksheet", "relationships/chartsheet", 4).zipped()
        ),
        "no_sheet",
    ),
    simple(54, "50,000 strings", Due.ACCEPT, lambda: strings(50_000)),
    simple(55, "1,048,576 rows without content", Due.ACCEPT, ghosts),
    simple(56, "10,000 conditional formats", Due.ACCEPT, lambda: conditions(10_000)),
    simple(61, "200 blank rows inside", Due.ACCEPT, _blank_rows),
)
