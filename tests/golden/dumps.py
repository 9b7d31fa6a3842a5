"""What the sample year gives back, as text that a person can compare: ``python -m tests.golden.dumps`` writes it anew.

Where a change of these files is meant, its diff is the change that a county sees.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from contracts.contract_library import open_library
from desk.commands.check import build_json_result, load_and_check
from tests.builders.dongchuan import name_of
from tests.builders.year import Ground, prepared

HERE = Path(__file__).parent
MARKED = "returned/530113/530113-2024-第1版-问题标注.xlsx"


def dumps(ground: Ground) -> dict[str, str]:
    """Return each golden text of a finished year by the name of its file."""
    return {
        "check-1.json": checked(ground, 1),
        "check-2.json": checked(ground, 2),
        "returned-1.txt": workbook_text(ground.places.output_path(MARKED)),
    }


def checked(ground: Ground, version: int) -> str:
    """Return what ``check --format json`` promises of one version, under its bare name."""
    library = open_library()
    found = build_json_result(load_and_check(ground.folder / name_of(version), library, library.get_messages()))
    return json.dumps({**found, "file": name_of(version)}, ensure_ascii=False, indent=2) + "\n"


def workbook_text(path: Path) -> str:
    """Return every visible sheet, cell by cell: value, fill and comment."""
    book = openpyxl.load_workbook(path)
    return "".join(line + "\n" for sheet in book.worksheets if sheet.sheet_state == "visible" for line in _sheet(sheet))


def _sheet(sheet: Worksheet) -> Iterator[str]:
    yield f"== {sheet.title}"
    for row in sheet.iter_rows():
        for cell in row:
            fill = cell.fill.fgColor.rgb if cell.fill.fill_type else ""
            said = cell.comment.text if cell.comment else ""
            if cell.value is not None or said:
                yield "\t".join(
                    repr(item)[1:-1] if isinstance(item, str) else str(item)
                    for item in (cell.coordinate, cell.value, fill, said)
                    if item != ""
                )


def main() -> None:
    """Write the golden files anew."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ground = prepared(Path(folder) / "全年")
        ground.run()
        for name, text in dumps(ground).items():
            (HERE / name).write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
