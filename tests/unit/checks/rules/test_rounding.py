"""A half may be rounded up or, as GB/T 8170 has it, to the even digit; nothing else is accepted."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import PLOTS, SUB_PROJECTS, SUMMARY, TASKS, find_after


def with_plot(area: int, converted: float, total: float) -> Any:
    """Give a plot another area, and the tables that follow from it the township's converted *total*."""

    def mistake(book: Any) -> None:
        plots, summary = book[PLOTS], book[SUMMARY]
        lost, before = plots["T5"].value - converted, summary["F6"].value - total
        plots["P16"], plots["S16"] = (plots[cell].value - 45500 + area for cell in ("P16", "S16"))
        plots["P5"], plots["S5"], plots["T5"] = area, area, converted
        plots["T16"] = round(plots["T16"].value - lost, 2)
        for row in (6, 9):
            for column in "FHKL":
                summary[f"{column}{row}"] = round(summary[f"{column}{row}"].value - before, 2)
        for sheet, cells in ((TASKS, ("D6", "D8")), (SUB_PROJECTS, ("N6", "O6", "N9", "O9"))):
            for cell in cells:
                book[sheet][cell] = round(book[sheet][cell].value - before, 2)

    return mistake


@pytest.mark.parametrize(("converted", "is_right"), [(27.04, True), (27.05, True), (27.03, False), (27.06, False)])
def test_half_of_a_plot(converted: float, is_right: bool) -> None:  # noqa: FBT001 - a case of the test
    """18,030 m² are 27.045 mu."""
    found = find_after("gansu", with_plot(18030, converted, 191.15))
    assert [finding.cell for finding in found if finding.rule == "T05"] == ([] if is_right else ["T5"])


@pytest.mark.parametrize(("total", "is_right"), [(191.14, True), (191.15, True), (191.13, False), (191.16, False)])
def test_half_of_a_sum_of_plots(total: float, is_right: bool) -> None:  # noqa: FBT001 - as above
    """127,430 m² are 191.145 mu."""
    found = find_after("gansu", with_plot(18030, 27.05, total))
    assert ("X01" in {finding.rule for finding in found}) is not is_right


@pytest.mark.parametrize(("converted", "is_right"), [(27.06, True), (27.05, False)])
def test_no_half_is_rounded_one_way(converted: float, is_right: bool) -> None:  # noqa: FBT001 - as above
    """18,038 m² are 27.057 mu."""
    found = find_after("gansu", with_plot(18038, converted, 191.16))
    assert [finding.cell for finding in found if finding.rule == "T05"] == ([] if is_right else ["T5"])
