"""What the commands print as JSON is what the published schemas promise."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no type information

from contracts.contract_library import open_library
from desk.commands.check import build_json_result, load_and_check
from flows.year.county_status import CountyStatusRow, build_status_json
from tests.builders.dongchuan import SHEET_2, SHEET_3, Draft, submission

SCHEMAS = Path("docs/schemas")
SHA = "0" * 64


def validator(name: str) -> Draft202012Validator:
    """Return the validator of one published schema, which is itself sound."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def printed(path: Path) -> dict[str, Any]:
    """Return what `hesuan check --format json` prints of a file, as read back from the line."""
    library = open_library()
    shown: dict[str, Any] = json.loads(
        json.dumps(build_json_result(load_and_check(path, library, library.get_messages())))
    )
    return shown


@pytest.mark.parametrize(
    "draft",
    [
        submission(1),
        submission(2),
        submission(2).put(SHEET_2, "C6", 77).put(SHEET_3, "B9", "汤丹"),
        Draft({"封面": submission(2).sheets["封面"]}),
        Draft({"空": [["无", None]]}),
    ],
    ids=["findings", "clean", "repairs", "sheets missing", "refused"],
)
def test_check_keeps_its_promise(draft: Draft, tmp_path: Path) -> None:
    """Findings, none, and refusals all have the promised shape, no key more, no key less."""
    validator("check").validate(printed(draft.save(tmp_path / "报送.xlsx")))


def test_refused_file_that_is_no_workbook_keeps_it_too(tmp_path: Path) -> None:
    """A refusal before anything could be read has the same shape."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"")
    shown = printed(path)
    validator("check").validate(shown)
    assert shown["outcome"] == "refused"
    validator("check").validate(printed(tmp_path / "none.xlsx"))


def test_schema_turns_down_what_was_not_promised(tmp_path: Path) -> None:
    """The schema is strict: a key too many or a figure as a number does not pass."""
    shown = printed(submission(1).save(tmp_path / "报送.xlsx"))
    first = shown["findings"][0]
    for broken in ({**first, "more": 1}, {**first, "value": 8}, {**first, "severity": "fatal"}):
        assert not validator("check").is_valid({**shown, "findings": [broken]})
    assert not validator("check").is_valid({**shown, "outcome": "refused"})


def test_status_keeps_its_promise() -> None:
    """Counties with and without a version have the promised shape."""
    rows = (
        CountyStatusRow("530113", "东川区", "filed", 2, SHA, 0, 1),
        CountyStatusRow("530114", "呈贡区", "due", None, None, 0, 0),
    )
    shown = build_status_json(2024, rows, {"filed": "已备案", "due": "应报"})
    validator("status").validate(shown)
    validator("status").validate({"year": 2024, "counties": []})
    assert not validator("status").is_valid({**shown, "more": 1})
