"""A workbook with macros, links or embedded programs: told, and returned as a file that Excel opens by its name."""

from pathlib import Path

import pytest
from lxml import etree

from checks.model.finding import Severity
from checks.model.report import ValidationReport
from tests.builders.examined import warm_library, wording
from tests.builders.marked_workbooks import opened, parts
from tests.builders.schema_faults import faults_of
from tests.hostile.generator.package import WORKBOOK, Parts, good
from workbooks.examine import validate_file
from workbooks.marking.mark_workbook import mark_workbook

RELATIONSHIPS = "xl/_rels/workbook.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PLAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_TYPES = (
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "application/vnd.ms-excel.template.macroEnabled.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    PLAIN_TYPE,
)


def _with_relation(parts_: Parts, listing: str, kind: str, target: str, more: str = "") -> Parts:
    link = f'<Relationship Id="rId88" Type="{kind}" Target="{target}"{more}/></Relationships>'
    return parts_.swap(listing, "</Relationships>", link)


def _with_macro(main_type: str = MACRO_TYPES[0]) -> Parts:
    made = good().swap("[Content_Types].xml", PLAIN_TYPE, main_type)
    macro = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    made.swap("[Content_Types].xml", "</Types>", macro).put("xl/vbaProject.bin", b"\0" * 600)
    return _with_relation(
        made, RELATIONSHIPS, "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin"
    )


def _with_link() -> Parts:
    listing = "xl/externalLinks/_rels/externalLink1.xml.rels"
    made = good().put(
        listing, '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    )
    made.put("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    return _with_relation(made, listing, f"{OFFICE}/externalLinkPath", "file:///D:/2023.xlsx", ' TargetMode="External"')


def _with_formula(formula: str) -> Parts:
    cell = f'<c r="C6" s="8"><f>{formula}</f><v>150</v></c>'
    return good().swap("xl/worksheets/sheet3.xml", '<c r="C6" s="8"><v>150</v></c>', cell)


FOREIGN = {
    "macro": (_with_macro(), "xl/vbaProject.bin"),
    "macro sheet": (good().put("xl/macrosheets/sheet1.xml", "<x/>"), "xl/macrosheets/sheet1.xml"),
    "program": (good().put("xl/embeddings/oleObject1.bin", b"MZ"), "xl/embeddings/oleObject1.bin"),
    "control": (good().put("xl/activeX/activeX1.bin", b"\0"), "xl/activeX/activeX1.bin"),
    "link": (_with_link(), "file:///D:/2023.xlsx"),
    "web": (_with_formula("WEBSERVICE(&quot;http://127.0.0.1/&quot;)"), "C6"),
    "newer web": (_with_formula("_xlfn.WEBSERVICE(A1)+0"), "C6"),
    "DDE": (_with_formula("cmd|' /C calc'!A0"), "C6"),
}


@pytest.mark.parametrize("case", FOREIGN)
@pytest.mark.parametrize("alone", [True, False])
def test_what_is_no_figure_is_named_once(case: str, alone: bool) -> None:  # noqa: FBT001 - a parameter
    """Macros, programs, links and formulas that ask the network are named in one notice, and the figures are taken."""
    made, name = FOREIGN[case]
    report = validate_file(made.zipped(), warm_library(), wording(), is_only_file=alone)
    assert isinstance(report, ValidationReport)
    (told,) = [finding for finding in report.findings if finding.rule == "F20"]
    assert told.severity is Severity.REPORT
    assert name in told.message
    assert all(finding.severity is not Severity.HARD for finding in report.findings)


@pytest.mark.parametrize("main_type", MACRO_TYPES)
def test_returned_workbook_is_what_its_name_says(tmp_path: Path, main_type: str) -> None:
    """The marked copy is called .xlsx: it has the type of one, no macro, and no fault."""
    data = _with_macro(main_type).zipped()
    report = validate_file(data, warm_library(), wording())
    assert isinstance(report, ValidationReport)
    after = mark_workbook(data, report.findings, wording().get_group("marks"))
    types = etree.fromstring(parts(after)["[Content_Types].xml"])
    declared = {item.get("PartName"): item.get("ContentType") for item in types.iterfind("{*}Override")}
    assert declared[f"/{WORKBOOK}"] == PLAIN_TYPE
    assert "xl/vbaProject.bin" not in parts(after)
    assert b"vbaProject" not in parts(after)[RELATIONSHIPS]
    path = tmp_path / "标.xlsx"
    path.write_bytes(after)
    assert [fault for fault in faults_of(path) if "inline-string" not in fault] == []
    assert opened(after).sheetnames[0] == wording()("marks.sheet_name")


def test_signed_macro_leaves_nothing_behind() -> None:
    """The signature of a macro goes with it."""
    made = _with_macro().put("xl/vbaProjectSignature.bin", b"\0")
    listing = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    made.put("xl/_rels/vbaProject.bin.rels", listing)
    _with_relation(made, "xl/_rels/vbaProject.bin.rels", f"{OFFICE}/vbaProjectSignature", "vbaProjectSignature.bin")
    after = parts(mark_workbook(made.zipped(), [], wording().get_group("marks")))
    assert [name for name in after if "vba" in name.lower()] == []
