"""Links, formats, drawings and other things beside the values of a workbook are read back from its parts."""

from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from filing.book.content_diff import find_changes
from filing.book.workbook_model import Cell, CellStyle, FilingBook, FilingSheet
from tests.builders.filing_contexts import AS_OF, load_messages
from tests.builders.full_filing import make_full_context
from workbooks.signed_content.cell_values import UnreadableWorkbookError, read_values
from workbooks.signed_content.presentation import read_presentation
from workbooks.writer.write_book import write_book


def made_of(*cells: Cell) -> FilingBook:
    """Make a book of one row, with two lines at the foot of its page."""
    sheet = FilingSheet(name="甲 表", rows=(cells,), widths=tuple(10.0 for _ in cells))
    return FilingBook(
        title="书",
        subject="年",
        created_at=AS_OF,
        sheets=(sheet,),
        footer="台账 9f2e",
        page_number=load_messages()("filing.page_number"),
    )


def test_what_a_book_was_made_with_is_read_back() -> None:
    """Formats, links, merges, the printed area, the order of sheets, the file's title."""
    book = made_of(
        Cell(Decimal("1.5"), CellStyle.FIGURE, decimals=2),
        Cell("甲", link="'甲 表'!A1"),
        Cell("乙", source_link="530100/某 件.xlsx#'汇总 表'!A1"),
        Cell("丙", CellStyle.HEADER, span=2),
    )
    found = read_presentation(write_book(book))
    sheet = found["甲 表"]
    assert sheet["look"] == {"A1": "0.00", "D1": "fill F2F2F2"}
    assert sheet["link"] == {"B1": "甲表!A1", "C1": "530100/某 件.xlsx#汇总表!A1"}
    assert sheet["merge"] == {"D1:E1": "+"}
    assert sheet["print"] == {"Print_Area": "甲表!A1:E1"}
    assert sheet["paper"] == {"oddFooter": "&C第&P页共&N页台账9f2e"}
    assert found[""]["order"] == {"": "甲 表"}
    assert found[""]["property"] == {"title": "书", "subject": "年", "created": "2025-03-20T16:30:00Z"}


def test_a_lost_cell_is_told_once() -> None:
    """A figure that was taken out has lost its format too: the cell alone is named."""
    before, after = (write_book(made_of(Cell(item, CellStyle.FIGURE), Cell(1))) for item in (Decimal(7), None))
    told = list(
        find_changes((read_values(before), read_presentation(before)), (read_values(after), read_presentation(after)))
    )
    assert [(item.kind, item.location) for item in told] == [("cell", "A1")]


def test_values_alone_are_compared_where_nothing_else_was_signed() -> None:
    """A manifest of the first format holds no links, so none are compared."""
    item, other = (write_book(made_of(Cell("甲", link=f"'甲 表'!A{row}"))) for row in (1, 2))
    told = list(find_changes((read_values(item), None), (read_values(other), read_presentation(other))))
    assert told == []
    told = list(
        find_changes((read_values(item), read_presentation(item)), (read_values(other), read_presentation(other)))
    )
    assert [(change.kind, change.location, change.before, change.after) for change in told] == [
        ("link", "A1", "甲表!A1", "甲表!A2")
    ]


def linked(*targets: str) -> bytes:
    """Make a book with links to other files."""
    return write_book(made_of(*(Cell("甲", source_link=target) for target in targets)))


def test_links_of_a_book_that_was_saved_elsewhere() -> None:
    """The same folder before every link is a remark; before one of them, or with another file, a change."""
    signed = linked("../530113/a.xlsx#'表'!A1", "../530114/b.xlsx")
    before = read_values(signed), read_presentation(signed)

    def told(*targets: str) -> list[tuple[str, str]]:
        data = linked(*targets)
        return [
            (change.kind, change.location)
            for change in find_changes(before, (read_values(data), read_presentation(data)))
        ]

    assert told("收到的/530113/a.xlsx#'表'!A1", "收到的/530114/b.xlsx") == [("moved", "")]
    assert told("收到的/530113/a.xlsx#'表'!A1", "../530114/b.xlsx") == [("link", "A1")]
    assert told("收到的/530113/a.xlsx#'表'!A2", "收到的/530114/b.xlsx") == [("link", "A1"), ("link", "B1")]
    assert told("../530113/c.xlsx#'表'!A1", "../530114/b.xlsx") == [("link", "A1")]


def spell_line_break(written: str) -> bytes:
    """Return a book whose footer has *written* in place of its line break."""
    store = BytesIO()
    with ZipFile(BytesIO(write_book(made_of(Cell("甲"))))) as source, ZipFile(store, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part == "xl/worksheets/sheet1.xml":
                head, tail = content.split("页\n".encode())
                content = head + f"页{written}".encode() + tail
            target.writestr(part, content)
    return store.getvalue()


@pytest.mark.parametrize("line_break", ["_x000a_", "_x000A_", "_x000D__x000A_", "&#10;"])
def test_a_line_break_of_a_footer_has_several_spellings(line_break: str) -> None:
    """The escapes of a line break are line breaks to every reader, and no change."""
    assert read_presentation(spell_line_break(line_break))["甲 表"]["paper"] == {"oddFooter": "&C第&P页共&N页台账9f2e"}


@pytest.mark.parametrize("escape", ["_x005F_x000a_", "_x0041_", "_x000a", "作废"])
def test_what_is_no_line_break_of_a_footer_is_told(escape: str) -> None:
    """An escape of another character shows something on paper: it stays in what is compared."""
    signed, data = write_book(made_of(Cell("甲"))), spell_line_break(escape)
    told = list(
        find_changes((read_values(signed), read_presentation(signed)), (read_values(data), read_presentation(data)))
    )
    assert [(change.kind, change.location) for change in told] == [("paper", "oddFooter")]


def test_a_library_s_save_of_the_whole_filing_says_the_same() -> None:
    """Charts, links, formats and paper of the province's book survive a save of openpyxl as far as they count."""
    from filing.filing_books import build_province_book  # noqa: PLC0415 - only this test makes a whole filing

    data = write_book(build_province_book(make_full_context(), load_messages()))
    store = BytesIO()
    openpyxl.load_workbook(BytesIO(data)).save(store)
    saved = store.getvalue()
    assert (
        list(find_changes((read_values(data), read_presentation(data)), (read_values(saved), read_presentation(saved))))
        == []
    )


def test_what_is_no_workbook_is_told() -> None:
    """Bytes that are no workbook have no surroundings."""
    with pytest.raises(UnreadableWorkbookError):
        read_presentation(b"PK\x03\x04nothing")
