"""Results in the formats of other programs are valid against the schemas of those formats."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # ships no type information
from lxml import etree

from contracts.contract_library import open_library
from desk.checked_file import CheckedFile
from desk.commands.check import build_json_result, load_and_check
from desk.exports.junit_report import build_junit_report
from desk.exports.sarif_log import FINGERPRINT, build_sarif_log
from tests.builders.dongchuan import SHEET_2, SHEET_3, Draft, submission

SCHEMAS = Path(__file__).parents[3] / "schemas"


def check_all(folder: Path) -> list[CheckedFile]:
    """Check a file with findings, one without, and one that is refused."""
    drafts = {
        "有 问题.xlsx": submission(1).put(SHEET_3, "B9", "汤丹<>&"),
        "无问题.xlsx": submission(2),
        "空.xlsx": Draft({"空": [["无", None]]}),
    }
    library = open_library()
    return [
        load_and_check(draft.save(folder / name), library, library.get_messages()) for name, draft in drafts.items()
    ]


@pytest.fixture(scope="module")
def checked_files(tmp_path_factory: pytest.TempPathFactory) -> list[CheckedFile]:
    """Return the three files, checked once."""
    return check_all(tmp_path_factory.mktemp("报送"))


def test_sarif_log_is_valid_and_holds_every_finding(checked_files: list[CheckedFile]) -> None:
    """The log obeys the official schema; levels, cells, ids and digests are those of the findings."""
    log = json.loads(build_sarif_log(checked_files))
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(log)] == []
    results, run = log["runs"][0]["results"], log["runs"][0]
    findings = build_json_result(checked_files[0])["findings"]
    assert [result["partialFingerprints"][FINGERPRINT] for result in results[:-1]] == [
        finding["id"] for finding in findings
    ]
    levels = {"hard": "error", "soft": "warning", "report": "note"}
    assert [result["level"] for result in results] == [*(levels[finding["severity"]] for finding in findings), "error"]
    assert {artifact["hashes"]["sha-256"] for artifact in run["artifacts"]} == {file.sha256 for file in checked_files}
    places = [result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for result in results[:-1]]
    assert places == [f"{finding['sheet']}!{finding['cell']}" for finding in findings]


def test_junit_report_is_valid_and_fails_where_a_finding_blocks(checked_files: list[CheckedFile]) -> None:
    """The report obeys the schema; hard findings fail, others are skipped, a refusal is an error."""
    document = etree.fromstring(build_junit_report(checked_files).encode())
    etree.XMLSchema(etree.parse(SCHEMAS / "junit.xsd")).assertValid(document)
    findings = build_json_result(checked_files[0])["findings"]
    first, second, third = document.findall("testsuite")
    assert len(first.findall("testcase/failure")) == sum(finding["severity"] == "hard" for finding in findings)
    assert len(first.findall("testcase/skipped")) == sum(finding["severity"] != "hard" for finding in findings)
    assert [len(case) for case in second.findall("testcase")] == [0]
    assert len(third.findall("testcase/error")) == 1


def list_ids(draft: Draft, path: Path) -> dict[str, Any]:
    """Return the id of each finding by rule and cell."""
    library = open_library()
    found = build_json_result(load_and_check(draft.save(path), library, library.get_messages()))["findings"]
    return {f"{finding['rule']} {finding['sheet']}!{finding['cell']}": finding["id"] for finding in found}


def test_id_of_a_finding_stays_while_its_value_changes(tmp_path: Path) -> None:
    """Another wrong figure in the same cell has the same id; another cell has another."""
    first = list_ids(submission(2).put(SHEET_2, "C6", 77), tmp_path / "a.xlsx")
    second = list_ids(submission(2).put(SHEET_2, "C6", 78), tmp_path / "b.xlsx")
    other = list_ids(submission(2).put(SHEET_2, "C7", 77), tmp_path / "c.xlsx")
    assert first == second
    assert set(first.values()).isdisjoint(other.values())
