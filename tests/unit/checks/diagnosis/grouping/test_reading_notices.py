"""A wrong figure that is a text besides is one finding; a right one that is a text is a notice."""

from tests.builders.clerk_mistakes import SUMMARY, find_after, set_cell


def test_notice_joins_the_finding_at_its_cell() -> None:
    """What asks to change the cell comes first; how it was read is named beside it."""
    (found,) = find_after("gansu", set_cell(SUMMARY, "E6", "1,234.56"))
    assert (found.severity.value, found.cell) == ("hard", "E6")
    assert "F05" in found.related_rules


def test_notice_alone_stays() -> None:
    """The figure is right."""
    (found,) = find_after("gansu", set_cell(SUMMARY, "E6", "2,788.20"))
    assert (found.rule, found.severity.value) == ("F05", "report")
