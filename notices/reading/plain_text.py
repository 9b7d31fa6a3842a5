"""A notice saved as plain text.

A paragraph is a line. A cell of a table is a line that begins with a tab, or a row of it is a line with tabs.
"""

from collections.abc import Iterator

from notices.content.document import RawBlock
from notices.content.figures import parse_figure

ENCODINGS = ("utf-8-sig", "gb18030")
_MIN_CELLS_IN_LINE = 2


def decode_text(data: bytes) -> str | None:
    """Return the text of a file, or None if it is in no known encoding."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read_plain_text(text: str) -> list[RawBlock]:
    """Return the blocks of a text: a run of tabbed lines is a table, and every other line a paragraph."""
    blocks: list[RawBlock] = []
    table: list[list[str]] = []
    for part in _split_parts(text):
        if isinstance(part, str):
            if table:
                blocks.append(table)
                table = []
            blocks.append(part)
        else:
            table.append(part)
    if table:
        blocks.append(table)
    return blocks


def _split_parts(text: str) -> Iterator[str | list[str]]:
    """Yield each paragraph as a text, and each row of a table as a list of cells."""
    row: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("\t") and line.count("\t") == 1:
            row.append(line.strip())
        elif row and line.strip() and not _ends_row(row):
            row[-1] += line.strip()
        else:
            if row:
                yield row
                row = []
            yield from _split_line(line)


def _ends_row(row: list[str]) -> bool:
    """Return whether a line after these cells cannot belong to the last: figures do not go on in the next line."""
    return parse_figure(row[-1]) is not None


def _split_line(line: str) -> Iterator[str | list[str]]:
    cells = line.strip("\n").split("\t")
    if len(cells) >= _MIN_CELLS_IN_LINE and sum(bool(cell.strip()) for cell in cells) >= _MIN_CELLS_IN_LINE:
        yield cells
    elif line.strip():
        yield line
