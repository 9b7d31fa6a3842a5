"""A refusal says what is wrong with the file, and a part that holds no cell is not judged as a sheet."""

import re
from collections.abc import Callable

import pytest

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from tests.builders.examined import briefs, warm_library, wording
from tests.hostile.generator.package import SHEET, WORKBOOK, Parts, good
from workbooks.examine import validate_file

RELATIONSHIPS = "xl/_rels/workbook.xml.rels"
SHEET_NAME = "附件3"
LINK = 'name="附件3" sheetId="3" r:id="rId3"'
WPS_COMMENTS = (
    '<?xml version="1.0" standalone="yes"?><comments xmlns="https://web.wps.cn/et/2018/main">'
    '<commentList sheetStid="1"><comment ref="B2" rgbClr="5CCA7C"/></commentList></comments>'
)
POWER_QUERY = '<?xml version="1.0" encoding="utf-16"?><DataMashup xmlns="http://schemas.microsoft.com/DataMashup">AAAA</DataMashup>'


def _swap(part: str, old: str, new: str) -> Callable[[], Parts]:
    return lambda: good().swap(part, old, new)


def _texts_without_link() -> Parts:
    parts = good()
    links = parts.parts[RELATIONSHIPS].decode()
    return parts.put(RELATIONSHIPS, re.sub(r"<Relationship [^<>]*sharedStrings[^<>]*/>", "", links))


REFUSED = {
    "sheet whose part nothing relates": (
        _swap(WORKBOOK, LINK, LINK.replace("rId3", "rId99")),
        "sheet_unlinked",
        SHEET_NAME,
    ),
    "empty id": (_swap(WORKBOOK, LINK, LINK.replace("rId3", "")), "sheet_unlinked", SHEET_NAME),
    "no id": (_swap(WORKBOOK, LINK, LINK.replace(' r:id="rId3"', "")), "sheet_unlinked", SHEET_NAME),
    "unknown state": (_swap(WORKBOOK, LINK, LINK + ' state="show"'), "sheet_state", SHEET_NAME),
    "no name": (_swap(WORKBOOK, 'name="附件3"', 'name=""'), "sheet_unnamed", None),
    "texts that nothing relates": (_texts_without_link, "part_unlinked", None),
    "part gone": (lambda: good().drop(SHEET), "part_missing", SHEET_NAME),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("alone", [True, False])
def test_refusal_names_what_is_wrong(case: str, alone: bool) -> None:  # noqa: FBT001 - a parameter
    """A part that is there is never said to be missing, and the sheet is named."""
    make, code, sheet = REFUSED[case]
    result = _validate(make(), alone=alone)
    assert isinstance(result, Refusal)
    assert (result.code, result.sheet) == (code, sheet)


@pytest.mark.parametrize("name", ["customXml/item1.xml", "xl/customData/item1.xml", "userCustomization/ui.xml"])
@pytest.mark.parametrize("content", [WPS_COMMENTS, POWER_QUERY, "<x/>"], ids=["WPS", "Power Query", "other"])
@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8"])
def test_parts_without_cells_may_be_in_any_encoding(name: str, content: str, encoding: str) -> None:
    """What WPS and Power Query keep in a workbook beside its sheets does not get it refused."""
    for alone in (True, False):
        result = _validate(good().put(name, content.encode(encoding)), alone=alone)
        assert isinstance(result, ValidationReport), result
        assert briefs(result) == briefs(_sound_report())


def _sound_report() -> ValidationReport:
    result = _validate(good(), alone=True)
    assert isinstance(result, ValidationReport)
    return result


def _validate(parts: Parts, *, alone: bool) -> ValidationReport | Refusal:
    return validate_file(parts.zipped(), warm_library(), wording(), is_only_file=alone)
