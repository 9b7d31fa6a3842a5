"""One slip of a clerk is one finding that names it, wherever it shows; what is not explained exactly is left alone."""

import pytest

from checks.model.finding import Finding
from tests.builders.examined import reads_well
from tests.builders.slips import (
    LAND,
    PLOTS,
    SUMMARY,
    SUPPLEMENTED,
    TAKEN_OUT,
    TASKS,
    added,
    columns_exchanged,
    found_after,
    rows_exchanged,
    set_to,
    text_at,
    written_as,
)

SEED, OTHER = "7", "19"


def places(findings: tuple[Finding, ...]) -> set[tuple[str, str | None]]:
    """Return where findings point."""
    return {(one.sheet, one.cell) for one in findings}


@pytest.mark.parametrize(
    ("seed", "sheets"), [(SEED, (PLOTS,)), (OTHER, (SUMMARY,)), (SEED, (PLOTS, SUMMARY, SUPPLEMENTED, TAKEN_OUT))]
)
def test_township_misspelt_wherever_it_stands(seed: str, sheets: tuple[str, ...]) -> None:
    """Its rows are named once, with the township that is meant; what other tables lack of it follows."""
    name = text_at(seed, SUMMARY, "D6")
    wrong = f"{name[0]}某{name[2:]}"
    (found,) = found_after(seed, written_as(sheets, name, wrong))
    assert (found.rule, found.severity.value, found.value, found.expected) == ("C02", "hard", wrong, name)
    assert name in found.remedy
    assert {one.sheet for one in found.cells} >= set(sheets)
    assert reads_well(found.message, found.remedy)


def test_misspelt_in_every_table_of_a_plan() -> None:
    """Three tables bear the name: by its spelling it can only be one."""
    (found,) = found_after("dongchuan", written_as(("附件2", "附件3", "完成情况（示例）"), "碧谷街道", "碧古街道"))
    assert (found.rule, found.expected, len(found.cells)) == ("C02", "碧谷街道", 3)
    assert "附件3 B6" in found.message


def test_two_unknown_names_are_two_findings() -> None:
    """Each name is a slip of its own, and one that no spelling comes near is told without a guess."""
    first, second = (text_at(SEED, SUMMARY, one) for one in ("D5", "D6"))
    slips = (written_as([PLOTS], first, f"{first[0]}某{first[2:]}"), written_as([PLOTS], second, "无此名镇"))
    found = {one.value: one for one in found_after(SEED, *slips)}
    assert found.keys() == {f"{first[0]}某{first[2:]}", "无此名镇"}


def test_short_name_of_several_townships_is_told_once() -> None:
    """A name that may stand for two townships is one finding for all rows that bear it."""
    name = text_at(SEED, SUMMARY, "D6")
    found = [
        one for one in found_after(SEED, written_as([PLOTS], name, "水洛")) if "C05" in (one.rule, *one.related_rules)
    ]
    assert len(found) == 1
    assert reads_well(found[0].message, found[0].remedy)


@pytest.mark.parametrize(
    ("base", "sheet", "rows", "columns", "cell"),
    [
        (SEED, SUMMARY, (4, 6), [3, 4], "D4"),
        pytest.param(OTHER, SUMMARY, (5, 7), range(5, 26), "D5", marks=pytest.mark.long),
        (OTHER, SUMMARY, (5, 7), [4], "D5"),
        pytest.param(SEED, TASKS, (4, 6), [2], "B4", marks=pytest.mark.long),
        ("dongchuan", "附件2", (6, 7), [2], "B6"),
        ("dongchuan", "附件3", (6, 9), range(3, 7), "B6"),
    ],
)
def test_two_rows_exchanged(base: str, sheet: str, rows: tuple[int, int], columns: list[int], cell: str) -> None:
    """Names or figures stand in each other's row: one finding names both."""
    (found,) = found_after(base, rows_exchanged(sheet, rows, columns))
    assert (found.sheet, found.cell) == (sheet, cell)
    assert all(f"第{row}行" in found.message for row in rows)
    assert len(found.repairs) == 1
    assert reads_well(found.message, found.remedy)


@pytest.mark.parametrize(
    ("base", "sheet", "columns", "first"),
    [
        (SEED, SUMMARY, (16, 17), 4),
        pytest.param(OTHER, SUMMARY, (7, 9), 4, marks=pytest.mark.long),
        pytest.param(SEED, LAND, (3, 6), 4, marks=pytest.mark.long),
        (OTHER, LAND, (4, 5), 4),
        pytest.param(SEED, TASKS, (3, 4), 4, marks=pytest.mark.long),
        (OTHER, PLOTS, (16, 19), 4),
        (SEED, PLOTS, (19, 20), 4),
        pytest.param(OTHER, SUPPLEMENTED, (11, 12), 4, marks=pytest.mark.long),
        ("dongchuan", "附件2", (3, 4), 5),
        ("dongchuan", "附件3", (4, 6), 5),
    ],
)
def test_two_columns_exchanged(base: str, sheet: str, columns: tuple[int, int], first: int) -> None:
    """Figures stand under each other's heading: one finding names both columns."""
    (found,) = found_after(base, columns_exchanged(sheet, columns, first))
    left, right = (chr(64 + one) for one in columns)
    assert (found.sheet, found.cell, found.severity.value) == (sheet, f"{left}{first}", "hard")
    assert f"（{left}{first}:{left}" in found.message
    assert f"（{right}{first}:{right}" in found.message
    assert reads_well(found.message, found.remedy)


def test_wrong_figure_in_an_exchanged_row_is_not_hidden() -> None:
    """Where not all fits once exchanged, nothing is joined."""
    found = found_after("dongchuan", rows_exchanged("附件2", (6, 7), range(3, 7)), added("附件2", "D6", 30))
    assert len(found) > 1
    assert {"D6", "D7"} & {cell.address for one in found for cell in one.cells}
    assert not any("互相" in one.message for one in found)


def test_wrong_figure_elsewhere_is_told_besides() -> None:
    """Two slips are two findings, each at its place."""
    found = found_after("dongchuan", rows_exchanged("附件2", (6, 7), range(3, 7)), added("附件3", "D9", 30))
    assert places(found) == {("附件2", "B6"), ("附件3", "D9")}
    (figure,) = (one for one in found if one.sheet == "附件3")
    assert {step.cell.sheet for step in figure.repairs[0]} == {"附件2", "附件3"}


def test_two_pairs_of_rows_are_two_findings() -> None:
    """What one exchange leaves is looked at anew."""
    slips = (rows_exchanged("附件2", (6, 7), [2]), rows_exchanged("附件3", (6, 9), [2]))
    assert places(found_after("dongchuan", *slips)) == {("附件2", "B6"), ("附件3", "B6")}


def test_wrong_code_of_a_plot_is_told_beside_exchanged_columns() -> None:
    """A class that is no farmland stays a finding of its own."""
    found = found_after(SEED, columns_exchanged(SUMMARY, (16, 17), 4), set_to(PLOTS, "U6", "9"))
    assert (PLOTS, "U6") in places(found)
    assert (SUMMARY, "P4") in places(found)


@pytest.mark.parametrize(("wrong", "told"), [("G", {"G"}), ("H", {"H"}), ("GH", {"G", "H"})])
def test_code_that_is_not_of_the_one_above(wrong: str, told: set[str]) -> None:
    """A village between a township and a place that agree is wrong alone; each further code is told besides."""
    codes = {"G": "620825999201", "H": "6208258882010000000"}
    found = found_after(SEED, *(set_to(PLOTS, f"{one}5", codes[one]) for one in wrong))
    assert {(one.rule, one.cell) for one in found} == {("C06", f"{one}5") for one in told}
