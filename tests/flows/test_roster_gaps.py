"""A county filed last year and no longer due, and one that reports without last year, are named where people look."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no type information
from openpyxl import load_workbook

from contracts.contract_library import open_library
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, make_samples
from desk.commands.status import show_status
from flows.year.locations import YearPaths
from tests.builders.year import ROOT

DROPPED, UNFILED = "620102", "620103"
DROPPED_NAME, UNFILED_NAME = "城关区", "七里河区"


def build_paths(base: Path, year: int) -> YearPaths:
    """Return the folders of a year."""
    return YearPaths(year=year, input_folder=base / "in", output_folder=base / "out", state_folder=base / "state")


def read_sheet(path: Path, name: str) -> str:
    """Return everything that a sheet says."""
    rows = load_workbook(path)[name].iter_rows(values_only=True)
    return "\n".join(str(value) for row in rows for value in row if value is not None)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> YearPaths:
    """Run two years: the second county misses the first year, and the first county the roster of the second year."""
    tmp_path = tmp_path_factory.mktemp("两年")
    request = SampleRequest(year=2024, years=2, counties=2, plots=6, seed=8, out=tmp_path / "in")
    make_samples(open_library(), request)
    first, second = build_paths(tmp_path, 2024), build_paths(tmp_path, 2025)
    shutil.rmtree(first.inbox / UNFILED)
    roster_file = second.inbox / "roster.yaml"
    roster = yaml.safe_load(roster_file.read_text(encoding="utf-8"))
    due = [county for county in roster["due"] if str(county["code"]) != DROPPED]
    roster_file.write_text(yaml.safe_dump({**roster, "due": due}, allow_unicode=True), encoding="utf-8")
    for year_paths in (first, second):
        run_year(year_paths, inline=True)
    return second


def test_cover_and_board_name_both(paths: YearPaths) -> None:
    """No reader takes the filing for complete over both years."""
    (filing,) = paths.output_path("filing").glob("620000-*.xlsx")
    cover = read_sheet(filing, "封面")
    assert f"{DROPPED_NAME}：2024年度已备案，不在本年度应报名单" in cover
    assert f"{UNFILED_NAME}：2024年度没有备案" in cover
    board = read_sheet(paths.output_path("status/2025-进度.xlsx"), "各县（市、区）")
    page = paths.output_path("status/2025-进度.html").read_text(encoding="utf-8")
    for text in (board, page):
        assert f"{DROPPED_NAME}({DROPPED})" in text
        assert "2024年度没有备案" in text


def test_status_names_both(paths: YearPaths, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of the command tell it as well."""
    capsys.readouterr()
    show_status(paths, as_json=False, today=date(2026, 3, 1))
    printed = capsys.readouterr().out
    assert f"{DROPPED_NAME}({DROPPED})" in printed
    assert "2024年度没有备案" in printed
    show_status(paths, as_json=True, today=date(2026, 3, 1))
    shown = json.loads(capsys.readouterr().out)
    assert shown["gaps"] == {
        "year": 2024,
        "dropped": [{"code": DROPPED, "name": DROPPED_NAME}],
        "unfiled": [UNFILED],
    }
    schema = json.loads((ROOT / "docs/schemas/status.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(shown)


def test_first_year_has_no_gaps(paths: YearPaths) -> None:
    """Nothing is on record before it."""
    first = build_paths(paths.input_folder.parent, 2024)
    page = first.output_path("status/2024-进度.html").read_text(encoding="utf-8")
    assert "没有备案" not in page
    assert "不在本年度应报名单" not in page
