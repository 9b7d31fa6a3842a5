"""A misspelt township is one finding that names the township meant, wherever it stands."""

import pytest

from tests.builders.clerk_mistakes import (
    OTHER,
    PLOTS,
    SEED,
    SUMMARY,
    SUPPLEMENTED,
    TAKEN_OUT,
    find_after,
    read_text,
    replace_text,
)
from tests.builders.examined import reads_well


@pytest.mark.parametrize(
    ("seed", "sheets"), [(SEED, (PLOTS,)), (OTHER, (SUMMARY,)), (SEED, (PLOTS, SUMMARY, SUPPLEMENTED, TAKEN_OUT))]
)
def test_township_misspelt_wherever_it_stands(seed: str, sheets: tuple[str, ...]) -> None:
    """One finding names the rows and the township that is meant; its consequences are not reported."""
    name = read_text(seed, SUMMARY, "D6")
    wrong = f"{name[0]}某{name[2:]}"
    (found,) = find_after(seed, replace_text(sheets, name, wrong))
    assert (found.rule, found.severity.value, found.value, found.expected) == ("C02", "hard", wrong, name)
    assert name in found.remedy
    assert {cell.sheet for cell in found.cells} >= set(sheets)
    assert reads_well(found.message, found.remedy)


def test_misspelt_in_every_table_of_a_plan() -> None:
    """Three tables bear the name: by its spelling it can only be one."""
    (found,) = find_after("dongchuan", replace_text(("附件2", "附件3", "完成情况（示例）"), "碧谷街道", "碧古街道"))
    assert (found.rule, found.expected, len(found.cells)) == ("C02", "碧谷街道", 3)
    assert "附件3 B6" in found.message


def test_two_unknown_names_are_two_findings() -> None:
    """Each name is a finding of its own; one that resembles no township is reported without a guess."""
    first, second = (read_text(SEED, SUMMARY, cell) for cell in ("D5", "D6"))
    mistakes = (replace_text([PLOTS], first, f"{first[0]}某{first[2:]}"), replace_text([PLOTS], second, "无此名镇"))
    found = {finding.value: finding for finding in find_after(SEED, *mistakes)}
    assert found.keys() == {f"{first[0]}某{first[2:]}", "无此名镇"}


def test_short_name_of_several_townships_is_told_once() -> None:
    """A name that may stand for two townships is one finding for all rows that bear it."""
    name = read_text(SEED, SUMMARY, "D6")
    found = [
        finding
        for finding in find_after(SEED, replace_text([PLOTS], name, "水洛"))
        if "C05" in (finding.rule, *finding.related_rules)
    ]
    assert len(found) == 1
    assert reads_well(found[0].message, found[0].remedy)
