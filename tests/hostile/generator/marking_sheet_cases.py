"""Hostile sizes, styles and names around marking; every file holds a wrong figure and comments, as its siblings do."""

import re
from collections.abc import Callable
from functools import partial

from tests.hostile.generator.case import Case, Due, simple
from tests.hostile.generator.commented import WRONG_CELL, commented, relationship
from tests.hostile.generator.package import SHEET, WORKBOOK, Parts

_ROW = 100
_STYLES = "xl/styles.xml"
_WORKBOOK_RELATIONSHIPS = "xl/_rels/workbook.xml.rels"
_COLUMN = '<col min="1" max="1" width="8.7109375" customWidth="1"/>'
_WRONG = f'<c r="{WRONG_CELL}" s="8">'
_SIZES = ("NaN", "inf", "-inf", "1e999", "-5", "宽", "", "1e30", "１２", "0x10")


def _swapped(part: str, old: str, new: str, count: int = 1) -> bytes:
    return commented().swap(part, old, new, count).zipped()


def _parts(change: Callable[[Parts], Parts]) -> bytes:
    return change(commented()).zipped()


def _pattern(part: str, pattern: str, new: str) -> bytes:
    parts = commented()
    text, count = re.subn(pattern, new, parts.parts[part].decode(), flags=re.DOTALL)
    assert count, f"{pattern!r} not in {part}"
    return parts.put(part, text).zipped()


def _case(name: str, make: Callable[[], bytes], due: Due = Due.FLAG, *codes: str) -> Case:
    return simple(_ROW, name, due, make, *codes, cell=WRONG_CELL if due is Due.FLAG else None)


def _sized(kind: str, old: str, new: str) -> tuple[Case, ...]:
    """Cases in which a size is no size; *new* has it in the place of {}."""
    return tuple(_case(f"{kind} {size!r}", partial(_swapped, SHEET, old, new.format(size))) for size in _SIZES)


def _column(name: str, new: str, due: Due = Due.FLAG) -> Case:
    return _case(name, partial(_swapped, SHEET, _COLUMN, new), due)


_SHEETS = (
    *_sized("column width", 'width="8.7109375"', 'width="{}"'),
    *_sized("row height", '<row r="6"', '<row ht="{}" customHeight="1" r="6"'),
    *_sized("default row height", 'defaultRowHeight="15"', 'defaultRowHeight="{}"'),
    *_sized("default column width", 'defaultRowHeight="15"', 'defaultColWidth="{}"'),
    _column("columns without numbers", "<col/>"),
    _column("column numbers in words", '<col min="甲" max="乙" width="9" style="2"/>'),
    _column("column numbers of 5,000 digits", f'<col min="{"9" * 5000}" max="{"9" * 5000}" style="1"/>'),
    _column("columns backwards", '<col min="9" max="1" width="9" style="1"/>'),
    _column("columns below the first", '<col min="-3" max="0" width="9" style="1"/>'),
    _column("columns overlap", '<col min="1" max="16384" width="9" style="7"/>' * 3),
    _column("columns all hidden", '<col min="1" max="16384" hidden="1"/>', Due.EITHER),
    _column("column's style is none", '<col min="1" max="9" style="甲"/>'),
    _column("column's style out of range", '<col min="1" max="9" style="999999"/>'),
    _case("no dimension", partial(_swapped, SHEET, '<dimension ref="A1:F14"/>', "")),
    _case(
        "dimension of words", partial(_swapped, SHEET, 'ref="A1:F14"', 'ref="全部"'), Due.EITHER, "not_readable_book"
    ),
    _case("dimension empty", partial(_swapped, SHEET, ' ref="A1:F14"', ""), Due.EITHER, "not_readable_book"),
    _case("row's style is none", partial(_swapped, SHEET, '<row r="6"', '<row s="甲" customFormat="1" r="6"')),
    _case("row without the wrong cell's neighbours", partial(_pattern, SHEET, r'<c r="D6".*?</c>', "")),
    _case("merge over the wrong cell", partial(_swapped, SHEET, "<mergeCells", "<mergeCells/><mergeCells"), Due.EITHER),
    _case(
        "merge without a range",
        partial(_swapped, SHEET, "<mergeCells", '<mergeCells><mergeCell ref="C6:C6"/></mergeCells><mergeCells'),
        Due.EITHER,
    ),
    _case(
        "strange element around the rows",
        partial(_swapped, SHEET, "<sheetData>", "<y:z xmlns:y='u'/><sheetData>"),
        Due.EITHER,
    ),
    _case("views that are none", partial(_swapped, SHEET, "<sheetViews>", '<sheetViews><sheetView tabSelected="甲"/>')),
    _case("comment between the rows", partial(_swapped, SHEET, '<row r="6"', '<!-- x --><row r="6"'), Due.EITHER),
)

_STYLE_CASES = (
    _case("no styles", lambda: _parts(_without_styles), Due.EITHER, "part_missing"),
    _case("styles' link to nothing", lambda: _parts(lambda parts: parts.drop(_STYLES)), Due.REFUSE, "part_missing"),
    _case("styles empty", lambda: _parts(lambda parts: parts.put(_STYLES, "")), Due.REFUSE, "damaged"),
    _case(
        "styles of another kind",
        lambda: _parts(lambda parts: parts.put(_STYLES, "<x/>")),
        Due.EITHER,
        "not_readable_book",
    ),
    _case("styles without any", partial(_pattern, _STYLES, "<cellXfs.*</cellXfs>", "")),
    _case("styles without fills", partial(_pattern, _STYLES, "<fills.*</fills>", "")),
    _case("styles without fonts", partial(_pattern, _STYLES, "<fonts.*</fonts>", "")),
    _case("styles with a list twice", partial(_pattern, _STYLES, "(<fills.*</fills>)", r"\1\1")),
    *(
        _case(f"style of the cell {number}", partial(_swapped, SHEET, _WRONG, _WRONG.replace("8", number)), Due.EITHER)
        for number in ("999999", "-1", "甲", "")
    ),
    *(
        _case(f"fill of the style {number[:9]!r}", partial(_pattern, _STYLES, r'fillId="\d+"', f'fillId="{number}"'))
        for number in ("999999", "-1", "甲", "", "9" * 5000)
    ),
    _case("fonts of the style out of range", partial(_pattern, _STYLES, r'fontId="\d+"', 'fontId="9999"')),
    _case("fill without a pattern", partial(_swapped, _STYLES, "<fills", "<fills><fill/></fills><fills")),
    _case("60,000 styles", lambda: _styled(60_000), Due.REFUSE, "too_many_styles"),
    _case("9,000 styles", lambda: _styled(9000)),
)


def _styled(count: int) -> bytes:
    """Styles that no cell has."""
    more = "".join(f'<xf numFmtId="{n % 50}" fontId="0" fillId="0" borderId="0" xfId="0"/>' for n in range(count))
    return _swapped(_STYLES, "</cellXfs>", more + "</cellXfs>")


def _without_styles(parts: Parts) -> Parts:
    links = parts.parts[_WORKBOOK_RELATIONSHIPS].decode()
    parts.put(_WORKBOOK_RELATIONSHIPS, re.sub(r'<Relationship [^<>]*?styles"[^<>]*/>', "", links))
    return parts.drop(_STYLES)


def _name(text: str) -> str:
    return f"<definedNames>{text}</definedNames>"


def _named(text: str, due: Due = Due.FLAG) -> bytes:
    del due
    return _pattern(WORKBOOK, r"(?:<definedNames>.*</definedNames>)?<calcPr", f"{_name(text)}<calcPr")


_NAMES = (
    *(
        _case(
            f"name of a sheet {number[:9]!r}",
            partial(_named, f'<definedName name="n" localSheetId="{number}">附件3!$A$1</definedName>'),
        )
        for number in ("甲", "-1", "999", "", "9" * 5000)
    ),
    _case("name without a name", partial(_named, "<definedName/>")),
    _case(
        "name of rubbish",
        partial(_named, '<definedName name="_xlnm.Print_Titles" localSheetId="2">#REF!((</definedName>'),
    ),
    _case("names of another kind", partial(_named, "<x/>甲")),
    _case("active sheet in words", partial(_pattern, WORKBOOK, "<workbookView ", '<workbookView activeTab="甲" ')),
    _case("active sheet of none", partial(_pattern, WORKBOOK, "<workbookView ", '<workbookView activeTab="-9" ')),
    _case("no views", partial(_pattern, WORKBOOK, "<bookViews>.*</bookViews>", "")),
    *(
        _case(f"sheet number {number[:9]!r}", partial(_pattern, WORKBOOK, 'sheetId="3"', f'sheetId="{number}"'))
        for number in ("甲", "-1", "", "9" * 5000, "4294967295")
    ),
    _case("order of calculation broken", lambda: _parts(_with_calculation)),
    _case(
        "order of calculation missing", lambda: _parts(lambda parts: _with_calculation(parts).drop("xl/calcChain.xml"))
    ),
    _case(
        "our own list already there, by name",
        partial(_pattern, WORKBOOK, "</sheets>", '<sheet name="问题清单" sheetId="9" r:id="rId99"/></sheets>'),
        Due.EITHER,
        "sheet_unlinked",
    ),
    _case("our own list, of rubbish", lambda: _parts(lambda parts: _with_sheet(parts, "问题清单"))),
    _case("our memory, of rubbish", lambda: _parts(lambda parts: _with_sheet(parts, "标注底稿")), Due.EITHER),
    _case("properties of rubbish", lambda: _parts(lambda parts: parts.put("docProps/app.xml", "rubbish")), Due.EITHER),
)


def _with_calculation(parts: Parts) -> Parts:
    link = relationship(98, "calcChain", "calcChain.xml")
    parts.swap(_WORKBOOK_RELATIONSHIPS, "</Relationships>", f"{link}</Relationships>")
    return parts.put("xl/calcChain.xml", '<calcChain><c r="甲" i="-1"/><c/></calcChain>')


_MEMORY_ROWS = (
    ("附件3", WRONG_CELL, "s甲", "<fill", "c99"),
    ("附件3", "D6", f"s{'9' * 5000}", "<x/>", "c-1"),
    ("附件3", "E6", "s8", "<!DOCTYPE x>", "c" + "9" * 5000),
    ("附件3", "F6", "new", "", "c²"),
    ("没有", "A1", "s0", "", ""),
)


def _with_sheet(parts: Parts, name: str) -> Parts:
    """A sheet with the name of one of ours, which remembers what never was; the wrong cell has our colour."""
    link = relationship(97, "worksheet", "worksheets/sheet97.xml")
    parts.swap(_WORKBOOK_RELATIONSHIPS, "</Relationships>", f"{link}</Relationships>")
    parts.swap(WORKBOOK, "</sheets>", f'<sheet name="{name}" sheetId="97" state="veryHidden" r:id="rId97"/></sheets>')
    rows = "".join(f'<row r="{number}">{_cells(number, row)}</row>' for number, row in enumerate(_MEMORY_ROWS, 1))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts.put("xl/worksheets/sheet97.xml", f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>')
    solid = '<patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/></patternFill>'
    text = re.sub(r"<patternFill.*?/>", solid, parts.parts[_STYLES].decode())
    return parts.put(_STYLES, re.sub(r'fillId="\d+"', 'fillId="0"', text))


def _cells(number: int, texts: tuple[str, ...]) -> str:
    pairs = zip("ABCDE", texts, strict=True)
    return "".join(
        f'<c r="{letter}{number}" t="inlineStr"><is><t>{_escaped(text)}</t></is></c>' for letter, text in pairs
    )


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


CASES: tuple[Case, ...] = (*_SHEETS, *_STYLE_CASES, *_NAMES)
