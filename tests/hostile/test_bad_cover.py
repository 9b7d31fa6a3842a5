"""A cover that does not say whose file it is is refused at its cell, with the remedy."""

from dataclasses import dataclass

import pytest

from tests.builders.damages import Damage, below, damaged, put, without
from tests.builders.dongchuan import COVER
from tests.builders.examined import reads_well, refusal_of, report_of


@dataclass(frozen=True, slots=True)
class Rejected:
    """A cover that says not whose file it is: the damage, code and cell of the refusal, and what it must name."""

    name: str
    damage: Damage
    code: str
    cell: str | None
    said: tuple[str, ...] = ()


REJECTED = (
    Rejected("no cover", without(COVER), "cover_missing", None, ("封面", "版次")),
    Rejected("no year", put("B3", None, COVER), "cover_field_missing", "B3", ("核算年度", "四位")),
    Rejected("year in words", put("B3", "去年", COVER), "cover_field_bad", "B3", ("去年", "B3")),
    Rejected("year of five digits", put("B3", 20240, COVER), "cover_field_bad", "B3", ("20240", "B3")),
    Rejected("year with a fraction", put("B3", 2024.5, COVER), "cover_field_bad", "B3", ("2024.5", "B3")),
    Rejected("no code", put("B4", None, COVER), "cover_field_missing", "B4", ("县级行政区划代码", "六位")),
    Rejected("code of five digits", put("B4", "53011", COVER), "cover_field_bad", "B4", ("53011", "六位", "B4")),
    Rejected("township's code", put("B4", "530113102000", COVER), "cover_field_bad", "B4", ("530113102000",)),
    Rejected("name for a code", put("B4", "东川", COVER), "cover_field_bad", "B4", ("东川", "B4")),
    Rejected("no version", put("B8", None, COVER), "cover_field_missing", "B8", ("版次",)),
    Rejected("version 0", put("B8", 0, COVER), "cover_field_bad", "B8", ("从 1 起", "B8")),
    Rejected("version below 0", put("B8", -1, COVER), "cover_field_bad", "B8", ("-1", "B8")),
    Rejected("half a version", put("B8", 1.5, COVER), "cover_field_bad", "B8", ("1.5", "B8")),
    Rejected("version in words", put("B8", "最终版", COVER), "cover_field_bad", "B8", ("最终版", "B8")),
    Rejected("version's label gone", put("A8", "版号", COVER), "cover_field_missing", None, ("版次",)),
    Rejected("two versions", below(["版次", 3], sheet=COVER), "cover_field_doubled", "B14", ("版次",)),
    Rejected("two years", below(["年度", 2023], sheet=COVER), "cover_field_doubled", "B14", ("核算年度",)),
    Rejected("county without contract", put("B4", "530114", COVER), "no_contract", "B4", ("530114", "2024", "B4")),
    Rejected("year without contract", put("B3", 2027, COVER), "no_contract", "B3", ("530113", "2027", "B3")),
)


@pytest.mark.parametrize(
    "rejected",
    [pytest.param(rejected, id=rejected.name) for rejected in REJECTED],
)
def test_a_cover_that_says_not_whose_it_is_refuses_the_file(rejected: Rejected) -> None:
    """A file without county, year or version is refused at the cell of the cover, with the remedy."""
    refusal = refusal_of(damaged(rejected.damage))

    assert (refusal.code, refusal.sheet, refusal.cell) == (rejected.code, COVER, rejected.cell)
    assert reads_well(refusal.message, refusal.remedy)
    assert all(word in refusal.message + refusal.remedy for word in rejected.said), refusal


def test_a_missing_cover_entry_is_not_asked_for_in_the_titles_cell() -> None:
    """The remedy for a label that is missing on the cover points at a free cell, not at the title."""
    report = report_of(damaged(put("A6", None, COVER)))

    assert [finding.rule for finding in report.findings] == ["F02"]
    assert "A1 " not in report.findings[0].remedy
