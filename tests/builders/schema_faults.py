"""What an independent validator has against a workbook: schema of each part, relationships, types, style numbers."""

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from lxml import etree
from openxml_audit import FileFormat, OpenXmlValidator

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")


def faults_of(path: Path) -> list[str]:
    """Return what the schema, the relationships and the style numbers of a workbook have against it."""
    result = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365, max_errors=0).validate(path)
    with ZipFile(path) as archive:
        known = _count_cell_formats(archive)
        names = [name for name in archive.namelist() if _SHEET.fullmatch(name)]
        wild = [f"{name}: asks for a style that is not there" for name in names if _beyond(archive.read(name), known)]
        untyped = [f"{name}: has no content type" for name in _iter_untyped(archive)]
    return [f"{error.part_uri}: {error.description}" for error in result.errors] + wild + untyped


def _count_cell_formats(archive: ZipFile) -> int:
    """Return the number of cell formats; a workbook without styles has the one that every program assumes."""
    if "xl/styles.xml" not in archive.namelist():
        return 1
    formats = etree.fromstring(archive.read("xl/styles.xml")).find("{*}cellXfs")
    return 1 if formats is None else len(formats)


def _iter_untyped(archive: ZipFile) -> Iterator[str]:
    """Yield the parts without a type, which the validator passes over and Excel does not open."""
    types = etree.fromstring(archive.read("[Content_Types].xml"))
    extensions = {default.get("Extension").lower() for default in types.iterfind("{*}Default")}
    typed_names = {override.get("PartName").lstrip("/").lower() for override in types.iterfind("{*}Override")}
    for name in archive.namelist():
        is_typed = name.lower() in typed_names or name.lower().rpartition(".")[2] in extensions
        if not is_typed and not name.endswith("/") and name != "[Content_Types].xml":
            yield name


def _beyond(sheet: bytes, known: int) -> bool:
    return any(int(cell.get("s", "0")) >= known for cell in etree.fromstring(sheet).iter("{*}c"))
