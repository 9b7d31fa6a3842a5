"""Stories 6 and 7: an explanation counts for what it names, as long as that is unchanged, however it was given."""

from pathlib import Path

import pytest

from checks.model.filing_history import FilingHistory
from flows.year.check_history import load_history
from review.check_inputs import CheckInputs
from tests.builders.dongchuan import COUNTY
from tests.builders.stories import carry_to_filing, decide, read_workbook, refuse
from tests.builders.year_folders import YearFolders

GAPS = {("附件2", "A13"): 11, ("附件3", "A13"): 11}
REASON = "原第十项经市局批准撤销，序号保留原号未改"
pytestmark = pytest.mark.usefixtures("light_expectations")


@pytest.fixture
def year(tmp_path: Path) -> YearFolders:
    """Lay out a year in which the county's only faults are two gaps in the numbering, on two sheets."""
    folders = YearFolders(tmp_path)
    folders.send(2, GAPS)
    folders.run()
    assert folders.state == "awaiting_explanation"
    return folders


def explain(year: YearFolders, target: str) -> None:
    """Explain one or several findings by a decision."""
    decide(year, "county", "explain", points=f"{target}：{REASON}")


def load_last_year(year: YearFolders) -> FilingHistory:
    """Read what the next year's check begins with."""
    state = year.year_state()
    inputs = CheckInputs(prior_year=2024, prior_state=state.county_states[COUNTY])
    return load_history(inputs, state.paths.open_store())


def test_story_07_one_text_counts_for_what_it_names(year: YearFolders) -> None:
    """The rule alone is two findings and is refused with their cells; each named one is cleared by itself."""
    refused = refuse(year, "county", "explain", points=f"F11：{REASON}")
    assert (refused.code, refused.facts["count"]) == ("finding_not_named", "2")
    assert refused.facts["listed"] == "F11 附件2!A13、F11 附件3!A13"
    assert refuse(year, "county", "explain", points=f"F11 附件3!A9：{REASON}").code == "no_such_finding"
    assert (
        refuse(year, "county", "explain", points="F11 附件3!A13：已核实，情况属实，数据无误").code == "thin_explanation"
    )
    explain(year, "F11 附件3!A13")
    assert year.state == "awaiting_explanation"
    explain(year, "F11")
    assert year.state == "received"


def test_story_07_what_a_decision_explains_is_carried_on(year: YearFolders) -> None:
    """A new version keeps it while it is unchanged; what changes is open again, and the county is told which cell."""
    explain(year, "F11 附件2!A13、附件3!A13")
    year.send(3, GAPS)
    year.run()
    assert year.state == "received"
    year.send(4, {**GAPS, ("附件3", "A13"): 12})
    year.run()
    assert year.state == "awaiting_explanation"
    marked = year.places.output_path(f"returned/{COUNTY}/{COUNTY}-2024-第4版-标注.xlsx")
    told = read_workbook(next(iter(sorted(marked.parent.glob("*第4版*.xlsx")))))
    assert f"此前的说明“{REASON}”不再适用：A13 由 11 改为 12" in told
    explain(year, "附件3!A13")
    assert year.state == "received"


def test_explanations_reach_filing_reviewer_and_next_year(year: YearFolders) -> None:
    """The review workbook and the filing show them at their findings, and the next year shows them beside its own."""
    explain(year, "F11 附件2!A13、附件3!A13")
    year.run()
    review = read_workbook(next(year.places.output_path("review").glob("city-*.xlsx")))
    assert review.count(REASON) >= 2
    carry_to_filing(year)
    year.run()
    filing = read_workbook(next(year.places.output_path("filing").glob("530000*.xlsx")))
    assert filing.count(f"说明：{REASON}") + filing.count(REASON) >= 2
    texts = {place[0]: text for place, text in load_last_year(year).explanations.items()}
    assert texts == {"F11": REASON}
