"""A clerk at LibreOffice: opens a workbook, types into some cells, saves it under another name."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

PROGRAM = shutil.which("soffice")
_MODULE = (
    '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" '
    'script:language="StarBasic">{code}</script:module>'
)
_CODE = """Sub Main
Dim unseen(0) As New com.sun.star.beans.PropertyValue
unseen(0).Name = "Hidden"
unseen(0).Value = True
book = StarDesktop.loadComponentFromURL("{source}", "_blank", 0, unseen())
{typed}
Dim kind(0) As New com.sun.star.beans.PropertyValue
kind(0).Name = "FilterName"
kind(0).Value = "Calc MS Excel 2007 XML"
book.storeToURL("{target}", kind())
book.close(True)
StarDesktop.terminate
End Sub"""
_CELL = 'book.Sheets.getByName("{sheet}").getCellRangeByName("{cell}").{what} = {value}'

Typed = tuple[str, str, str | int | float]  # sheet, cell, what is typed


def type_into(source: Path, target: Path, typed: Sequence[Typed], profile: Path, *before: str) -> None:
    """Let LibreOffice do it, with a profile of its own; the lines *before* run first."""
    code = _CODE.format(source=source.as_uri(), target=target.as_uri(), typed="\n".join([*before, *map(_line, typed)]))
    office = [str(PROGRAM), "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}"]
    # The first start lays out the profile, with a module that waits to be filled.
    subprocess.run([*office, "--terminate_after_init"], check=True, capture_output=True, timeout=180)
    module = profile / "user" / "basic" / "Standard" / "Module1.xba"
    module.write_text(_MODULE.format(code=escape(code)), encoding="utf-8")
    subprocess.run([*office, "macro:///Standard.Module1.Main"], check=True, capture_output=True, timeout=180)


def recalculate(data: bytes, folder: Path) -> bytes:
    """Let LibreOffice open a workbook, compute it and save it."""
    source, profile = folder / "source.xlsx", folder / "profile"
    source.write_bytes(data)
    office = [str(PROGRAM), "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}"]
    saved = folder / "saved"
    convert = [*office, "--convert-to", "xlsx", "--outdir", str(saved), str(source)]
    subprocess.run(convert, check=True, capture_output=True, timeout=180)
    return (saved / source.name).read_bytes()


def copy_row(sheet: str, source_row: int, target_row: int) -> str:
    """Return the lines that insert a copy of a row above another row, without the sheet's protection."""
    return f"""page = book.Sheets.getByName("{sheet}")
page.unprotect("")
page.Rows.insertByIndex({target_row - 1}, 1)
source_row = page.Rows.getByIndex({source_row - 1}).RangeAddress
page.copyRange(page.getCellByPosition(0, {target_row - 1}).CellAddress, source_row)"""


def _line(typed: Typed) -> str:
    sheet, cell, value = typed
    if isinstance(value, int | float):
        return _CELL.format(sheet=sheet, cell=cell, what="Value", value=value)
    return _CELL.format(sheet=sheet, cell=cell, what="String", value='"' + value.replace('"', '""') + '"')
