"""Issued = accepted = filed: plan, county file and filings held against each other, township by township."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts.contract_library import open_library
from desk.commands.analysis.reconcile import show_reconciliation
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, make_samples
from desk.exit_codes import ExitCode
from flows.year.locations import YearPaths
from tests.builders.annual_run import Capture
from tests.builders.dongchuan import COUNTY, SHEET_2, YEAR, plan, submission
from tests.builders.stories import decide
from tests.builders.year import Ground, prepared
from tests.builders.year_folders import YearFolders

pytestmark = pytest.mark.usefixtures("light_expectations")
DONE_SHEET = "完成情况（示例）"
STAGES = ["accepted", "reviewed", "county_filing", "city_filing", "province_filing"]


def reconcile(paths: YearPaths, capsys: Capture, *, code: ExitCode = ExitCode.CLEAR) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    capsys.readouterr()
    assert show_reconciliation([paths], county="", page=None, as_json=True) is code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def amounts_of(found: dict[str, Any], item: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the amounts of a kind by measure and township."""
    amounts = [amount for county in found["counties"] for amount in county["amounts"] if amount["item"] == item]
    return {(amount["measure"], amount["township"]): amount for amount in amounts}


def test_filed_year_is_equal_from_the_plan_to_the_province(filed_year: Ground, capsys: Capture) -> None:
    """Every township of both measures states the plan's target and what was done at every stage, and no difference."""
    found = reconcile(filed_year.places, capsys)
    measures = plan().measures
    planned: dict[tuple[str, str], dict[int, Decimal]] = {}
    for measure_name, measure in measures.items():
        planned |= {(measure_name, township): dict(by_year) for township, by_year in measure.townships.items()}
    targets, done = amounts_of(found, "target"), amounts_of(found, "done")
    assert targets.keys() == done.keys() == planned.keys()
    for name, amount in targets.items():
        assert [stage["stage"] for stage in amount["stages"]] == ["issued", *STAGES]
        assert {stage["value"] for stage in amount["stages"]} == {str(planned[name][YEAR])}
    for amount in done.values():
        assert [stage["stage"] for stage in amount["stages"]] == STAGES
    assert not [amount for amount in (*targets.values(), *done.values()) if amount["differences"]]
    totals = {(total["measure"], total["item"]): total["stages"] for total in found["totals"]}
    assert totals["consolidation", "target"] == dict.fromkeys(["issued", *STAGES], "1700")


def test_figure_that_is_not_the_one_issued_is_told_with_its_cell(tmp_path: Path, capsys: Capture) -> None:
    """The county's cell and the plan's annex are named, and by how much they differ."""
    ground = prepared(tmp_path, versions=(), decided=False)
    draft = submission(2).put(SHEET_2, "C5", 177)
    township = str(draft.sheets[SHEET_2][4][1])
    ground.hand_in(draft, "一.xlsx")
    ground.run()
    found = reconcile(ground.places, capsys, code=ExitCode.FINDINGS)
    amount = amounts_of(found, "target")["consolidation", township]
    issued = plan().measures["consolidation"].townships[township][YEAR]
    assert [(stage["stage"], stage["value"]) for stage in amount["stages"]] == [
        ("issued", str(issued)),
        ("accepted", "177"),
    ]
    (difference,) = amount["differences"]
    assert (difference["before"], difference["after"]) == ("issued", "accepted")
    assert difference["amount"] == str(177 - issued)
    assert difference["places"] == [{"document": "一.xlsx", "sheet": SHEET_2, "cell": "C5"}]
    capsys.readouterr()
    show_reconciliation([ground.places], county=COUNTY, page=None, as_json=False)
    out = capsys.readouterr().out
    assert f"《{SHEET_2}》C5" in out
    assert township in out


def test_reduction_is_a_difference_with_its_reason(tmp_path: Path, capsys: Capture) -> None:
    """What the city set lower is told at its cell with the reason, and the filings state the reviewed figure."""
    folders = YearFolders(tmp_path / "年度")
    folders.send(2)
    folders.run()
    decide(folders, "county", "approve")
    township = str(submission(2).get(DONE_SHEET, "B5"))
    before = submission(2).get(DONE_SHEET, "C5")
    decide(folders, "city", "reduce", points=f"{DONE_SHEET}!C5：{float(str(before)) - 10:g}，实测面积较小")
    for level in ("city", "province"):
        decide(folders, level, "approve")
    folders.run()
    found = reconcile(folders.places, capsys)
    amount = amounts_of(found, "done")["consolidation", township]
    (difference,) = amount["differences"]
    assert float(difference["amount"]) == -10
    assert difference["places"] == [{"document": "v2.xlsx", "sheet": DONE_SHEET, "cell": "C5"}]
    assert "实测面积较小" in difference["reason"]
    values = {stage["stage"]: float(stage["value"]) for stage in amount["stages"]}
    assert {values[stage] for stage in STAGES[1:]} == {values["accepted"] - 10}
    (surplus,) = [
        row
        for row in found["counties"][0]["surpluses"]
        if (row["township"], row["measure"]) == (township, "consolidation")
    ]
    planned = plan().measures["consolidation"].townships[township][YEAR]
    assert float(surplus["amount"]) == values["reviewed"] - float(planned)


def test_filing_that_is_missing_is_told_and_not_compared(filed: Ground, capsys: Capture) -> None:
    """Without the county's workbook its stage is absent, and the text says which file the next run writes."""
    path = f"filing/{COUNTY}/{COUNTY}-{YEAR}-年度备案件.xlsx"
    filed.places.output_path(path).unlink()
    found = reconcile(filed.places, capsys)
    assert found["counties"][0]["outdated"] == [path]
    stages = next(iter(amounts_of(found, "done").values()))["stages"]
    assert [stage["stage"] for stage in stages] == [stage for stage in STAGES if stage != "county_filing"]
    capsys.readouterr()
    show_reconciliation([filed.places], county="", page=None, as_json=False)
    assert path in capsys.readouterr().out


def test_counties_without_a_register_say_so(tmp_path: Path, capsys: Capture) -> None:
    """Gansu has no plan on file: nothing is called issued; its targets are those of the county; cells add up."""
    wanted = SampleRequest(year=YEAR, years=1, counties=2, plots=4, seed=7, out=tmp_path / "in")
    make_samples(open_library(), wanted)
    paths = YearPaths(
        year=YEAR, input_folder=tmp_path / "in", output_folder=tmp_path / "out", state_folder=tmp_path / "state"
    )
    assert run_year(paths, inline=True) is ExitCode.CLEAR
    found = reconcile(paths, capsys)
    assert [county["register"] for county in found["counties"]] == [None, None]
    done = amounts_of(found, "done")
    assert done
    assert not [amount for amount in done.values() if amount["differences"]]
    accepted = [stage for amount in done.values() for stage in amount["stages"] if stage["stage"] == "accepted"]
    for stage in accepted:
        assert sum(Decimal(cell["value"]) for cell in stage["cells"]) == Decimal(stage["value"])
    page = tmp_path / "对账.html"
    later = replace(paths, year=YEAR + 1)
    assert show_reconciliation([paths, later], county="", page=page, as_json=False) is ExitCode.CLEAR
    out = capsys.readouterr().out
    assert out.count("没有下达任务的登记") == 2
    html = page.read_text(encoding="utf-8")
    assert "没有下达任务的登记" in html
    assert all(amount["township"] in html for amount in done.values())


def test_county_that_sent_nothing_has_nothing_to_reconcile(tmp_path: Path, capsys: Capture) -> None:
    """The line says that there is no submission yet; a county that is not due is a wrong use of the command."""
    ground = prepared(tmp_path, versions=(), decided=False)
    ground.run()
    capsys.readouterr()
    assert show_reconciliation([ground.places], county="", page=None, as_json=False) is ExitCode.CLEAR
    assert "还没有核对过的报送文件" in capsys.readouterr().out
    assert show_reconciliation([ground.places], county="999999", page=None, as_json=False) is ExitCode.USAGE
