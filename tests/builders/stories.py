"""The Dongchuan sample's year as people work on it: the state of the record, decisions, and what a run says."""

from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from desk.commands.run import run_year
from desk.exit_codes import ExitCode
from flows.decisions.record_decision import RecordedDecision, record_decision
from flows.year.office_day import get_office_day
from review.proposal import DecisionRefusal
from tests.builders.year_folders import YearFolders, proposal

STEPS = ("county", "city", "province")


def today() -> date:
    """Return the day on which decisions are recorded now."""
    return get_office_day()


def days_from_now(days: int) -> str:
    """Return a day before or after today, as people write it."""
    return str(today() + timedelta(days=days))


def lay_out_year(root: Path) -> YearFolders:
    """Lay out a year in which the county has sent version 2, received and checked."""
    folders = YearFolders(root)
    folders.send(2)
    folders.run()
    return folders


def decide(year: YearFolders, level: str, action: str, **given: str) -> RecordedDecision:
    """Decide at the command line; the chain must allow it."""
    done = record_decision(year.places, proposal(level, action, **given))
    assert isinstance(done, RecordedDecision), done
    return done


def refuse(year: YearFolders, level: str, action: str, **given: str) -> DecisionRefusal:
    """Decide at the command line; the chain must refuse."""
    done = record_decision(year.places, proposal(level, action, **given))
    assert isinstance(done, DecisionRefusal), done
    return done


def carry_to_filing(year: YearFolders, **given: str) -> None:
    """Report, approve and file."""
    for level in STEPS:
        decide(year, level, "approve", **given)


def run_and_read(year: YearFolders, capsys: pytest.CaptureFixture[str]) -> tuple[ExitCode, list[str]]:
    """Run as the command does; return the exit code and the lines on the screen."""
    capsys.readouterr()
    code = run_year(year.places, inline=True)
    return code, capsys.readouterr().out.splitlines()


def read_workbook(path: Path) -> str:
    """Return every text of a workbook, a line each."""
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    return "\n".join(str(cell.value) for cell in cells if cell.value is not None)
