"""`hesuan roster`: a roster goes forward with its years, and nothing that has ended goes along."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from contracts.yaml_files import load_yaml
from desk.app import app
from desk.exit_codes import ExitCode
from review.roster import ROSTER_FILE, Roster, encode_roster, parse_roster
from tests.builders import chain


def roster() -> Roster:
    """Return the roster of 2024 with the one county that has a package, and the officers who stay."""
    complete = chain.roster()
    officers = tuple(item for item in complete.officers if item.until is None)
    return replace(complete, due_counties=complete.due_counties[:1], officers=officers)


def copy(inputs: Path, year: int, prior_year: int) -> Result:
    """Run the command on an inputs folder."""
    return CliRunner().invoke(app, ["roster", str(year), "--from", str(prior_year), "--inputs", str(inputs)])


def save(inputs: Path, written: Roster, **changes: object) -> None:
    """Write a roster into its inbox."""
    path = inputs / str(written.year) / ROSTER_FILE
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump({**encode_roster(written), **changes}, allow_unicode=True), encoding="utf-8")


def officer(number: str, level: str, area: str, until: str | None) -> dict[str, str | None]:
    """Return the entry of one office."""
    named = {"id": number, "title": number, "unit": "局", "level": level, "area": area}
    return {**named, "from": "2020-01-01", "until": until}


def test_years_and_deadlines_move_on(tmp_path: Path) -> None:
    """Year and deadlines are a year later, counties and officers are the same; the flag of a year on paper goes."""
    save(tmp_path, roster(), deadlines={"county": "2024-02-29", "city": "2025-02-28"}, entered_afterwards=True)
    done = copy(tmp_path, 2025, 2024)
    assert done.exit_code == ExitCode.CLEAR, done.output
    copied = parse_roster(load_yaml(tmp_path / "2025" / ROSTER_FILE))
    assert copied.year == 2025
    assert copied.deadlines == {"county": date(2025, 2, 28), "city": date(2026, 2, 28)}
    assert (copied.due_counties, copied.officers) == (roster().due_counties, roster().officers)
    assert not copied.is_entered_afterwards
    assert "entered_afterwards" in done.output


def test_ended_terms_are_left_out_and_gaps_told(tmp_path: Path) -> None:
    """Who left before the year is not copied; who leaves before the deadline is, and the gap is told."""
    officers = [
        officer("old", "county", "530113", "2024-12-31"),
        officer("leaving", "city", "530100", "2025-06-30"),
        officer("staying", "province", "530000", None),
    ]
    save(tmp_path, roster(), officers=officers)
    done = copy(tmp_path, 2025, 2024)
    assert done.exit_code == ExitCode.FINDINGS
    copied = parse_roster(load_yaml(tmp_path / "2025" / ROSTER_FILE))
    assert [item.id for item in copied.officers] == ["leaving", "staying"]
    told = [line for line in done.output.splitlines() if "待补" in line]
    assert len(told) == 2
    assert "530113" in told[0]
    assert "530100" in told[1]


def test_county_without_package_is_told(tmp_path: Path) -> None:
    """A year for which nothing says what the county must send is told."""
    save(tmp_path, roster())
    done = copy(tmp_path, 2040, 2024)
    assert done.exit_code == ExitCode.FINDINGS
    assert "没有 2040 年度的报送要求" in done.output


def test_existing_roster_is_kept(tmp_path: Path) -> None:
    """A roster that is there stays as it is, byte for byte."""
    save(tmp_path, roster())
    path = tmp_path / "2025" / ROSTER_FILE
    path.parent.mkdir()
    path.write_text("mine", encoding="utf-8")
    assert copy(tmp_path, 2025, 2024).exit_code == ExitCode.REFUSED_ACTION
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("prior_year", [2023, 2025, 2026])
def test_unusable_year_is_refused(prior_year: int, tmp_path: Path) -> None:
    """A year without a roster, and a year that is not earlier, are told; nothing is written."""
    save(tmp_path, roster())
    assert copy(tmp_path, 2025, prior_year).exit_code == ExitCode.USAGE
    assert not (tmp_path / "2025").exists()
