"""A check reads last year's filing, opening balances and plots of other years from the record."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from contracts.contract_library import open_library
from contracts.procedures import Effect
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, make_samples
from desk.exit_codes import ExitCode
from flows.run.pending_work import has_pending_work
from flows.run.run_summary import summarise_run
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import load_year_state
from review.county_state import SubmissionVersion
from review.events import EventKind

YEARS = (2024, 2025, 2026)
FIRST, SECOND = "620102", "620103"
NEEDS_LAST_YEAR = {"Y01", "Y02", "Y04", "Y07"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make three years of two counties once; each test works on a copy."""
    out = tmp_path_factory.mktemp("made")
    assert (
        make_samples(open_library(), SampleRequest(year=2024, years=3, counties=2, plots=9, seed=11, out=out))
        is ExitCode.CLEAR
    )
    return out


@pytest.fixture
def folders(made: Path, tmp_path: Path) -> Callable[[int], YearPaths]:
    """Give the places of a year in folders of the test's own."""
    shutil.copytree(made, tmp_path / "inputs")

    def of(year: int) -> YearPaths:
        return YearPaths(
            year=year,
            input_folder=tmp_path / "inputs",
            output_folder=tmp_path / "outputs",
            state_folder=tmp_path / "state",
        )

    return of


def run(places: YearPaths) -> ExitCode:
    """Run a year in this process."""
    return run_year(places, inline=True)


def newest(places: YearPaths, county: str) -> tuple[SubmissionVersion, ValidationReport, str]:
    """Return a county's newest version, its report and the county's state."""
    with places.open_ledger() as ledger:
        year_state = load_year_state(
            places, ledger, read_year_inputs(places, places.open_contracts().get_messages()).roster
        )
    standing = year_state.county_states[county]
    assert standing.newest_version is not None
    return (
        standing.newest_version,
        decode_report(json.loads(places.open_store().load_object(standing.newest_version.report_sha256))),
        standing.state,
    )


def submission(places: YearPaths, county: str) -> Path:
    """Return where a county's submission lies."""
    (path,) = (places.inbox / county).glob("*.xlsx")
    return path


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change a workbook as a person would."""
    book = load_workbook(path)
    change(book)
    book.save(path)


def rules_in(report: ValidationReport) -> set[str]:
    """Return every rule that a report's findings carry."""
    return {rule for finding in report.findings for rule in (finding.rule, *finding.related_rules)}


def test_years_in_sequence_are_filed(folders: Callable[[int], YearPaths]) -> None:
    """Each year carries on from the filing of the year before; no rule had to be left out, and none found fault."""
    bases = []
    for year in YEARS:
        assert run(folders(year)) is ExitCode.CLEAR
        version, report, state = newest(folders(year), FIRST)
        assert (state, report.findings, report.not_run) == ("filed", (), ())
        bases.append(version.balances_digest)
    assert all(bases)
    assert len(set(bases)) == len(YEARS)


def test_first_year_without_opening_balances_says_so(folders: Callable[[int], YearPaths]) -> None:
    """Where nothing is on file the rules that need last year's figures did not run; the plots were compared."""
    places = folders(2024)
    shutil.rmtree(places.inbox / "opening")
    assert run(places) is ExitCode.CLEAR
    report = newest(places, FIRST)[1]
    assert {skipped.rule for skipped in report.not_run} == NEEDS_LAST_YEAR
    assert {skipped.reason for skipped in report.not_run} == {"no_history"}


def test_opening_balances_are_signed_off_above_the_county(folders: Callable[[int], YearPaths]) -> None:
    """A file that a county officer signed is refused each time, and recorded never."""
    places = folders(2024)
    (path,) = (places.inbox / "opening").iterdir()
    edit(path, lambda book: book.active.__setitem__("B4", f"{FIRST}-county"))
    run(places)
    words = places.open_contracts().get_messages()
    with places.open_ledger() as ledger:
        desk = read_year_inputs(places, words)
        year_state = load_year_state(places, ledger, desk.roster)
    assert [(name, item.code) for name, item in summarise_run(year_state, desk).refused] == [
        (path.name, "balances_signer")
    ]
    assert {skipped.rule for skipped in newest(places, FIRST)[1].not_run} == NEEDS_LAST_YEAR


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("B2", 2023, "balances_unsigned"),
        ("B3", None, "balances_unsigned"),
        ("B5", "某日", "balances_unsigned"),
        ("E7", "没有的栏目", "balances_row"),
        ("F7", "若干", "balances_row"),
        ("A7", "629999", "balances_row"),
        ("A6", "代码", "no_balances"),
    ],
)
def test_opening_balances_that_say_nothing_certain_are_refused(
    folders: Callable[[int], YearPaths], cell: str, value: object, code: str
) -> None:
    """Another year, a missing signature, a figure that cannot be read: the whole file is refused, with the place."""
    places = folders(2024)
    (path,) = (places.inbox / "opening").iterdir()
    edit(path, lambda book: book.active.__setitem__(cell, value))
    words = places.open_contracts().get_messages()
    with places.open_ledger() as ledger:
        desk = read_year_inputs(places, words)
        year_state = load_year_state(places, ledger, desk.roster)
        assert [refusal.code for _, refusal in summarise_run(year_state, desk).refused] == [code]
        assert not year_state.check_inputs_by_county


def test_opening_balance_that_was_typed_otherwise_is_found(folders: Callable[[int], YearPaths]) -> None:
    """The signed-off balances of the first year bind the submission to the cent."""
    places = folders(2024)
    (path,) = (places.inbox / "opening").iterdir()
    edit(path, lambda book: book.active.__setitem__("F7", float(book.active["F7"].value) + 1))
    assert run(places) is ExitCode.FINDINGS
    report = newest(places, FIRST)[1]
    assert rules_in(report) == {"Y01"}
    assert report.findings[0].cell == "E4"


def test_balance_differs_from_last_years_filing(folders: Callable[[int], YearPaths]) -> None:
    """A second year whose opening balances differ from the filed closing balances is returned at the cell."""
    assert run(folders(2024)) is ExitCode.CLEAR
    places = folders(2025)

    def shift(book: Any) -> None:
        page = book["核算汇总表"]
        for cell in ("E4", "K4", f"E{page.max_row}", f"K{page.max_row}"):  # the year's own sums still hold
            page[cell].value = float(page[cell].value) + 1

    edit(submission(places, FIRST), shift)
    assert run(places) is ExitCode.FINDINGS
    _, report, state = newest(places, FIRST)
    assert state == "returned"
    (found,) = [finding for finding in report.findings if "Y01" in (finding.rule, *finding.related_rules)]
    assert (found.cell, found.difference) == ("E4", "1.00")


def test_plot_of_an_earlier_year_is_found(folders: Callable[[int], YearPaths]) -> None:
    """A plot filed in 2024, by whichever county, is not accounted again in 2025."""
    assert run(folders(2024)) is ExitCode.CLEAR
    places = folders(2025)
    filed = f"{SECOND}2024X000002"
    edit(submission(places, FIRST), lambda book: book["新增耕地明细"].__setitem__("B4", filed))
    assert run(places) is ExitCode.FINDINGS
    (found,) = newest(places, FIRST)[1].findings
    assert (found.rule, found.cell, found.value) == ("Y03", "B4", filed)
    assert "七里河区在 2024 年度" in found.message


def test_two_counties_claim_one_plot(folders: Callable[[int], YearPaths]) -> None:
    """Both are asked while neither is decided; once one is sent back by its reviewer, the other is free."""
    places = folders(2024)
    shutil.rmtree(places.inbox / "decisions")
    edit(submission(places, FIRST), lambda book: book["新增耕地明细"].__setitem__("B4", f"{SECOND}2024X000002"))
    assert run(places) is ExitCode.FINDINGS
    for county in (FIRST, SECOND):
        _, report, state = newest(places, county)
        assert (rules_in(report), state) == ({"Y03"}, "returned")
    words = places.open_contracts().get_messages()
    with places.open_ledger() as ledger:
        desk = read_year_inputs(places, words)
        year_state = load_year_state(places, ledger, desk.roster)
        assert not has_pending_work(year_state, desk)
    edit(submission(places, FIRST), lambda book: book["封面"].__setitem__("B8", 2))
    edit(submission(places, FIRST), lambda book: book["新增耕地明细"].__setitem__("B4", f"{FIRST}2024X000001"))
    assert run(places) is ExitCode.CLEAR
    for county in (FIRST, SECOND):
        assert newest(places, county)[1].findings == ()


def test_return_actions_end_claims() -> None:
    """The states in which a claim no longer stands follow from the procedure's own actions."""
    procedure = open_library().get_procedure("annual-accounting")
    ended = {action.to_state for action in procedure.actions if action.effect is Effect.RETURN}
    assert ended == {"returned_by_city", "returned_by_province"}
    assert not ended & set(procedure.state_by_outcome.values())


def test_refused_decision_names_its_rule_and_the_entry(
    folders: Callable[[int], YearPaths], capsys: pytest.CaptureFixture[str]
) -> None:
    """The refusal of a row that a rule of procedure forbids names the rule and the newest entry about the county."""
    places = folders(2024)
    edit(submission(places, FIRST), lambda book: book["新增耕地明细"].__setitem__("B4", f"{FIRST}2024X000002"))
    (path,) = (places.inbox / "decisions").iterdir()
    heading = places.open_contracts().get_messages()("review_book.heading.sha256")

    def unbound(book: Any) -> None:
        page = book.active
        column = next(cell.column for row in page.iter_rows() for cell in row if cell.value == heading)
        for row in range(4, page.max_row + 1):
            page.cell(row, column).value = None

    edit(path, unbound)
    run(places)
    with places.open_ledger() as ledger:
        last = [
            entry
            for entry in ledger.list_entries(2024)
            if entry.event.county == FIRST and entry.event.kind is EventKind.CHECKED
        ][-1]
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("不予办理") and "P03" in line]
    assert len(told) == 1
    assert f"据台账第 {last.sequence} 条 {last.digest[:8]}" in told[0]
