"""Plots that counties of several ledgers account twice are found over provinces and years, and none is invented."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook

from contracts.contract_library import open_library
from contracts.errors import SettingError
from desk.commands.analysis.claims import show_claims
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, make_samples
from desk.exit_codes import ExitCode
from flows.year.locations import YearPaths
from ledger.errors import LedgerMissingError
from ledger.store_location import open_store
from tests.builders.annual_run import Capture
from tests.builders.bucket import serve_bucket
from tests.builders.made_ledgers import make_ledger

FIRST, SECOND = "620102", "620103"
PROVINCES = range(11, 42)


def own_paths(root: Path) -> YearPaths:
    """Return the locations of the office that searches."""
    return YearPaths(year=0, input_folder=root, output_folder=root, state_folder=root / "own")


def search(root: Path, *places: Path, capsys: Capture) -> tuple[ExitCode, dict[str, Any]]:
    """Search, and return the exit code with what was printed."""
    capsys.readouterr()
    code = show_claims(places, own_paths(root), as_json=True)
    return code, json.loads(capsys.readouterr().out)


def run_county(root: Path, county: str, edit: Callable[[Any], None] | None = None) -> Path:
    """Run a year in which this county alone sends its file, with an edit before; return the state folder."""
    made = make_samples(open_library(), SampleRequest(year=2024, counties=2, plots=9, seed=11, out=root / "inputs"))
    assert made is ExitCode.CLEAR
    paths = YearPaths(
        year=2024, input_folder=root / "inputs", output_folder=root / "outputs", state_folder=root / "state"
    )
    shutil.rmtree(paths.inbox / "decisions")
    shutil.rmtree(paths.inbox / (FIRST if county == SECOND else SECOND))
    if edit is not None:
        (path,) = (paths.inbox / county).glob("*.xlsx")
        book = load_workbook(path)
        edit(book)
        book.save(path)
    run_year(paths, inline=True)
    return paths.state_folder


def test_the_cells_of_both_claims_are_named(tmp_path: Path, capsys: Capture) -> None:
    """Two ledgers that know nothing of each other: county, year, file and cell of each claim."""
    plot = f"{SECOND}2024X000002"
    states = [
        run_county(
            tmp_path / "甲", FIRST, lambda book: book["新增耕地明细"].__setitem__("B6", f"{plot[:6]}-{plot[6:]}")
        ),
        run_county(tmp_path / "乙", SECOND),
    ]
    code, found = search(tmp_path, *states, capsys=capsys)
    (shared_plot,) = found["shared_plots"]
    assert code is ExitCode.FINDINGS
    assert (found["ledger_count"], found["owner_count"], shared_plot["plot"]) == (2, 2, plot)
    places = [(place["county"], place["year"], place["cell"]) for place in shared_plot["places"]]
    assert places == [(FIRST, 2024, "新增耕地明细!B6"), (SECOND, 2024, "新增耕地明细!B5")]
    assert all(place["file"].endswith(".xlsx") for place in shared_plot["places"])
    assert show_claims(states, own_paths(tmp_path), as_json=False) is ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert f"地块 {plot} 被重复核算" in out
    assert "新增耕地明细!B6" in out


def test_all_planted_doubles_of_31_provinces_are_found(tmp_path: Path, capsys: Capture) -> None:
    """A double in the same year, one over years, one of three; a plot that one county repeats is none."""
    plots = {
        (year, f"{province}0101"): [f"{province}{year}X{number}" for number in range(5)]
        for province in PROVINCES
        for year in (2023, 2024)
    }
    plots[2024, "120101"][0] = plots[2024, "110101"][1]
    plots[2024, "410101"][2] = plots[2023, "110101"][3]
    plots[2023, "400101"][4] = plots[2024, "390101"][4] = plots[2024, "380101"][4]
    plots[2024, "370101"][1] = plots[2024, "370101"][0]
    states = []
    for province in PROVINCES:
        own_plots = {owner: numbers for owner, numbers in plots.items() if owner[1].startswith(str(province))}
        states.append(make_ledger(tmp_path / str(province), own_plots))
    code, found = search(tmp_path, *states, capsys=capsys)
    owners = {
        plot["plot"]: [(place["year"], place["county"]) for place in plot["places"]] for plot in found["shared_plots"]
    }
    assert code is ExitCode.FINDINGS
    assert owners == {
        "112024X1": [(2024, "110101"), (2024, "120101")],
        "112023X3": [(2023, "110101"), (2024, "410101")],
        "382024X4": [(2023, "400101"), (2024, "380101"), (2024, "390101")],
    }
    assert (found["ledger_count"], found["owner_count"], found["repeated_owners"]) == (31, 62, [])


def test_a_ledger_that_is_listed_twice_counts_once(tmp_path: Path, capsys: Capture) -> None:
    """The same folder twice is one; a copy of it is told, and its plots are no doubles."""
    state = make_ledger(tmp_path / "甲", {(2024, "110101"): ["A1", "A2"]})
    copy = shutil.copytree(state, tmp_path / "乙")
    assert search(tmp_path, state, state, capsys=capsys)[1]["ledger_count"] == 1
    code, found = search(tmp_path, state, copy, capsys=capsys)
    assert (code, found["repeated_owners"]) == (ExitCode.CLEAR, [[2024, "110101"]])
    assert show_claims([state, copy], own_paths(tmp_path), as_json=False) is ExitCode.CLEAR
    assert "110101 的 2024 年在不止一处台账中" in capsys.readouterr().out


def test_ledgers_and_stores_at_addresses(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file lists them; the lists of plots of one province are in a bucket."""
    with serve_bucket(monkeypatch) as address:
        make_ledger(tmp_path / "甲", {(2024, "110101"): ["A1"]}, open_store(address))
        make_ledger(tmp_path / "乙", {(2024, "120101"): ["A1"]})
        ledger = f"sqlite:///{tmp_path / '甲' / 'ledger.db'}"
        entries = [{"ledger": ledger, "store": address}, {"state": "乙"}]
        listed = tmp_path / "各省.yaml"
        listed.write_text(yaml.safe_dump({"provinces": entries}, allow_unicode=True), encoding="utf-8")
        code, found = search(tmp_path, listed, capsys=capsys)
    assert code is ExitCode.FINDINGS
    assert [plot["plot"] for plot in found["shared_plots"]] == ["A1"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("state: x", "places_list"),
        ("provinces: [{ledger: x}]", "places_entry"),
        ("provinces: [{state: x, ledger: y, store: z}]", "places_entry"),
        ("provinces: [{state: 5}]", "places_entry"),
        ("provinces: [{state: x, leger: y}]", "places_entry"),
        ("provinces: [x]", "places_entry"),
    ],
)
def test_a_list_that_says_nothing_certain_is_refused(tmp_path: Path, text: str, code: str) -> None:
    """The entry is named by its number."""
    listed = tmp_path / "各省.yaml"
    listed.write_text(text, encoding="utf-8")
    with pytest.raises(SettingError) as caught:
        show_claims([listed], own_paths(tmp_path), as_json=False)
    assert caught.value.code == code


def test_a_folder_without_a_ledger_is_told(tmp_path: Path) -> None:
    """Nothing is made there."""
    with pytest.raises(LedgerMissingError):
        show_claims([tmp_path], own_paths(tmp_path), as_json=False)
    assert not any(tmp_path.iterdir())
