"""Numbers of the cover and headings as people write them."""

import pytest

from checks.model.finding import Refusal
from tests.builders.dongchuan import COVER, SHEET_2, submission
from tests.builders.examined import briefs, report_of, result_of


@pytest.mark.parametrize("year", ["2024年", "2024年度", "2024 年", "二〇二四年", "２０２４"])
@pytest.mark.parametrize("version", ["第2版", "2版", "V2", "第二版", "第 2 版"])
def test_year_and_version_with_words(year: str, version: str) -> None:
    """The words around a number do not hide it."""
    report = report_of(submission(2).put(COVER, "B3", year).put(COVER, "B8", version).bytes())
    assert (report.identity.year, report.identity.version, report.findings) == (2024, 2, ())


@pytest.mark.parametrize("version", ["最终版", "第2版修改", "2.5", "第〇版"])
def test_version_without_a_number(version: str) -> None:
    """A version that names no number is asked for."""
    assert isinstance(result_of(submission(2).put(COVER, "B8", version).bytes()), Refusal)


@pytest.mark.parametrize(
    "form",
    ["{}（亩）", "{}\n（单位：亩）", "{}/亩", "{}[亩]", "{}【亩】", "{} 亩", "{}：亩", "{}，亩", "{}（计量单位：亩）"],
)
def test_heading_with_its_unit(form: str) -> None:
    """A heading may name the unit of its column."""
    draft = submission(2)
    for column in "CDEF":
        draft.put(SHEET_2, f"{column}4", form.format(draft.get(SHEET_2, f"{column}4")))
    assert briefs(report_of(draft.bytes())) == []


@pytest.mark.parametrize("unit", ["公顷", "hm²", "㎡"])
def test_heading_with_another_unit(unit: str) -> None:
    """A unit that is not the column's contradicts the sheet."""
    draft = submission(2).put(SHEET_2, "C4", f"2024年（{unit}）")
    assert [finding[0] for finding in briefs(report_of(draft.bytes()))] == ["F03"]


def test_long_text_is_cut_in_messages() -> None:
    """A message quotes the first forty characters and the length."""
    (found,) = report_of(submission(2).put(SHEET_2, "C6", "长" * 32_767).bytes()).findings
    assert f"{'长' * 40}……（共 32767 个字）" in found.message
    assert len(found.message) + len(found.full_remedy) + len(found.value or "") < 250
