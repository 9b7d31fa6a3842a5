"""A year carried out in English: its words are English, its figures and verdicts those of the Chinese surface."""

import json
import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from checks.model.finding import Refusal
from checks.reporting.json_codec import encode_report
from contracts.contract_library import open_library
from desk.commands.decide import record_for_county
from desk.commands.status import show_status
from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from review.proposal import Proposal
from tests.builders.dongchuan import COUNTY, Draft, submission
from tests.builders.year import Ground, prepared
from workbooks.decisions_file import read_decisions
from workbooks.examine import validate_file
from workbooks.marking.mark_workbook import mark_workbook, remove_other_marks

HAN = re.compile(r"[\u4e00-\u9fff]")
ZH, EN = open_library(), open_library(language="en")
# Words of the county, of contracts and of file names, which stay as they are.
DATA = re.compile(r"[\w（）〔〕《》、.\-/!:]*[\u4e00-\u9fff][\w（）〔〕《》、，。.\-/!:]*")


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ground]:
    """Carry the same year out in both languages."""
    grounds = {}
    for language in ("zh", "en"):
        ground = prepared(tmp_path_factory.mktemp(language) / "year")
        grounds[language] = Ground(replace(ground.places, language=language))
        assert grounds[language].run() is ExitCode.CLEAR
    return grounds


def book(ground: Ground, path: str) -> dict[str, list[object]]:
    """Return the values of each sheet of a workbook among the outputs, in order."""
    sheets = load_workbook(ground.places.output_path(path), data_only=True)
    return {sheet.title: [cell.value for row in sheet.iter_rows() for cell in row] for sheet in sheets}


def figures(values: list[object]) -> list[object]:
    """Return the numbers among the values."""
    return [value for value in values if isinstance(value, int | float)]


FILING = "filing/530000-2024-年度核算备案.xlsx"


def test_figures_of_a_filing_are_the_same(years: dict[str, Ground]) -> None:
    """Each sheet has the same numbers in the same order; its name, title and headings are English."""
    zh, en = (list(book(ground, FILING).items()) for ground in years.values())
    assert len(zh) == len(en) > 10
    for (zh_name, zh_values), (en_name, en_values) in zip(zh, en, strict=True):
        assert figures(zh_values) == figures(en_values), zh_name
        assert not HAN.search(en_name), zh_name


def test_states_and_events_are_the_same(years: dict[str, Ground]) -> None:
    """The record has the same events on the same versions with the same verdicts, whatever was shown."""
    steps = [
        [(event.kind, event.county, event.action, event.facts.get("outcome")) for event in ground.events()]
        for ground in years.values()
    ]
    assert steps[0] == steps[1]
    evidence = [
        [event.facts["failed"] for event in ground.events() if "failed" in event.facts] for ground in years.values()
    ]
    assert evidence[0] == evidence[1]
    assert evidence[0]


def test_lines_of_the_commands_are_english(years: dict[str, Ground], capsys: pytest.CaptureFixture[str]) -> None:
    """Status, verify and a refused decision have no Chinese but names of places, files and clauses."""
    places = years["en"].places
    assert show_status(places, as_json=False, today=date(2025, 4, 1)) is ExitCode.CLEAR
    assert show_verification(places.output_folder, places, head=None, key=None) is ExitCode.CLEAR
    refused = Proposal(county=COUNTY, level="city", action="approve", by="city", on="2025-04-01", opinion="x")
    assert record_for_county(places, refused, head="") is ExitCode.REFUSED_ACTION
    written = capsys.readouterr()
    lines = (written.out + written.err).splitlines()
    assert lines
    for line in lines:
        assert re.search("[A-Za-z]{3}", DATA.sub("", line)), line


def test_pages_are_english(years: dict[str, Ground]) -> None:
    """Headings and labels of the status page and of a county's page are English, and the page says so."""
    for path in ("status/2024-进度.html", "returned/530113/530113-2024-第1版-核对报告.html"):
        text = years["en"].places.output_path(path).read_text(encoding="utf-8")
        assert '<html lang="en">' in text
        for pattern in ("<h[12]>(.*?)</h[12]>", "<th[^>]*>(.*?)</th>", 'data-label="(.*?)"'):
            labels = [label for label in re.findall(pattern, text) if not label.startswith(("东川区", "云南省"))]
            assert labels
            assert [label for label in labels if HAN.search(label)] == []


def without_sentences(finding: dict[str, object]) -> dict[str, object]:
    """Return a finding without what depends on the language."""
    return {key: value for key, value in finding.items() if key not in {"message", "remedy"}}


def test_the_same_findings_in_both_languages() -> None:
    """A check finds the same at the same cells, and says it in the chosen language."""
    reports = [validate_file(submission(1).bytes(), library, library.get_messages()) for library in (ZH, EN)]
    encoded = []
    for report in reports:
        assert not isinstance(report, Refusal)
        encoded.append(json.loads(json.dumps(encode_report(report), ensure_ascii=False, default=str)))
    zh, en = (list(map(without_sentences, report["findings"])) for report in encoded)
    assert zh == en
    assert all(not HAN.search(finding["message"]) for finding in encoded[1]["findings"])


def test_an_english_list_of_findings_is_read_in_chinese() -> None:
    """Explanations come back from a workbook marked in the other language, and its marks are taken off."""
    data = submission(1).bytes()
    report = validate_file(data, EN, EN.get_messages())
    assert not isinstance(report, Refusal)
    marked = mark_workbook(data, report.findings, EN.get_messages().get_group("marks"))
    sheet = load_workbook(BytesIO(marked))
    assert sheet.sheetnames[0] == "List of findings"
    again = validate_file(marked, ZH, ZH.get_messages())
    assert not isinstance(again, Refusal)
    assert len(again.explanations) == len(report.findings)
    clean = remove_other_marks(marked, ZH.get_messages().list_groups("marks")[1:])
    assert "List of findings" not in load_workbook(BytesIO(clean)).sheetnames
    assert remove_other_marks(data, ZH.get_messages().list_groups("marks")[1:]) == data


def test_decisions_are_read_in_any_language(tmp_path: Path) -> None:
    """A review workbook with English headings is read on the Chinese surface, and the other way round."""
    for written, read in ((EN, ZH), (ZH, EN)):
        headings = written.get_messages().get_group("review_book.heading")
        row = {"county": COUNTY, "level": "city", "action": "approve", "opinion": "同意", "by": "a", "on": "2025-01-20"}
        table = [list(headings.values()), [row.get(name, "") for name in headings]]
        path = Draft({"Review": table}).save(tmp_path / f"{read.language}.xlsx")
        decisions = read_decisions(path.read_bytes(), read.get_messages())
        assert not isinstance(decisions, Refusal)
        assert [(item.proposal.county, item.proposal.action) for item in decisions] == [(COUNTY, "approve")]
