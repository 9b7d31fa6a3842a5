"""Last year's figures follow townships that were renamed, merged or split in a new edition of the register."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from checks.model.filing_history import FilingHistory
from checks.model.finding import Finding, Refusal
from checks.rules.agreement.successions import follow_successions
from contracts.contract_library import ContractLibrary, Submission, open_library
from contracts.errors import ContractError
from contracts.packages import Package
from contracts.registers import County, load_register
from contracts.successions import Succession, load_successions
from tests.builders.examined import WarmLibrary, wording
from tests.builders.gansu import COUNTY, gansu_submission, gansu_workbook, year_before
from workbooks.examine import validate_file

SINCE = "2024-03-01"


def succeed(kind: str, before: list[str], after: list[str]) -> tuple[Succession, ...]:
    """Return one succession of the county."""
    names = gansu_submission().register.counties[COUNTY].townships.values()
    return load_successions(
        COUNTY, [{"kind": kind, "from": before, "to": after, "since": SINCE}], names, "register.yaml"
    )


@dataclass(frozen=True, slots=True)
class NewEdition(WarmLibrary):
    """The shipped contracts with successions in the county's register."""

    successions: tuple[Succession, ...] = ()

    def compile_submission(self, package: Package, year: int) -> Submission:
        """Return the submission with the new edition of the register."""
        submission = ContractLibrary.compile_submission(self, package, year)
        counties = dict(submission.register.counties)
        counties[COUNTY] = replace(counties[COUNTY], successions=self.successions)
        return replace(submission, register=replace(submission.register, counties=counties))


def rename(history: FilingHistory, old: str, new: str) -> FilingHistory:
    """Return a history in which a township still had its old name."""
    figures = {
        (form, project, new if township == old else township, column): amount
        for (form, project, township, column), amount in (history.figures or {}).items()
    }
    return replace(history, figures=figures)


def find_hard(history: FilingHistory, *successions: Succession) -> list[Finding]:
    """Return what is found in the sample of the county beyond notices."""
    library = NewEdition(open_library().root, successions=successions)
    report = validate_file(gansu_workbook(), library, wording(), history=history)
    assert not isinstance(report, Refusal)
    return [finding for finding in report.findings if finding.severity.value != "report"]


def test_renamed_township_asks_nothing() -> None:
    """Without the succession its opening balances, cumulative figures and last year's row would be in doubt."""
    history = rename(year_before(), "良邑镇", "良邑乡")
    assert find_hard(history, *succeed("renamed", ["良邑乡"], ["良邑镇"])) == []
    assert find_hard(history)


def test_merged_townships_add_up() -> None:
    """Last year's figures of both are those of the successor."""
    history = year_before()
    figures = dict(history.figures or {})
    for (form, project, township, column), amount in list(figures.items()):
        if township == "良邑镇":
            figures[form, project, "高峰乡", column] = amount / 2
            figures[form, project, township, column] = amount / 2
    history = replace(history, figures=figures)
    merged = succeed("merged", ["高峰乡", "良邑镇"], ["良邑镇"])
    assert find_hard(history, *merged) == []
    assert find_hard(history)


@pytest.mark.parametrize("old", ["旧镇", "良邑镇"])
def test_split_township_is_not_compared(old: str) -> None:
    """How it divided its figures is not known, whether a part kept the name or not."""
    history = rename(year_before(), "良邑镇", old)
    assert find_hard(history, *succeed("split", [old], ["良邑镇", "柳梁镇"])) == []


def test_former_figures_keep_their_place() -> None:
    """The places of both predecessors are named."""
    key = ("summary", "1", "甲乡", "farm_end")
    other = ("summary", "1", "乙乡", "farm_end")
    history = FilingHistory(
        year=2023,
        figures={key: Decimal(3), other: Decimal(4)},
        places={key[:3]: "汇总!4", other[:3]: "汇总!5"},
    )
    merged = (Succession(kind="merged", predecessors=("甲乡", "乙乡"), successors=("丙镇",), since=date(2024, 3, 1)),)
    county = County(code="1", name="县", city="1", townships={"1": "丙镇"}, successions=merged)
    followed = follow_successions(history, county)
    assert followed.figures == {("summary", "1", "丙镇", "farm_end"): Decimal(7)}
    assert followed.get_place("summary", "1", "丙镇") == "汇总!4、汇总!5"
    assert county.resolve_township("甲乡") == ("丙镇",)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("gone", ["甲乡"], ["良邑镇"]),
        ("renamed", ["甲乡", "乙乡"], ["良邑镇"]),
        ("merged", ["甲乡"], ["良邑镇"]),
        ("split", ["甲乡"], ["良邑镇"]),
        ("renamed", ["甲乡"], ["无此镇"]),
        ("renamed", ["柳梁镇"], ["良邑镇"]),
    ],
)
def test_wrong_succession_is_refused(kind: str, before: list[str], after: list[str]) -> None:
    """Kind, numbers of names and present names are held."""
    with pytest.raises(ContractError, match="succession"):
        succeed(kind, before, after)


def test_register_reads_its_successions() -> None:
    """From the county's entry."""
    raw = {
        "id": "r",
        "system": "NBS",
        "edition": 2024,
        "provinces": {"62": "甘肃省"},
        "cities": {"620800": "平凉市"},
        "counties": {
            "620825": {
                "name": "庄浪县",
                "city": "620800",
                "townships": {"620825110": "永宁镇"},
                "successions": [{"kind": "renamed", "from": ["永宁乡"], "to": ["永宁镇"], "since": SINCE}],
            }
        },
    }
    assert load_register.__wrapped__(raw, "r.yaml").counties["620825"].find_successors("永宁乡") == ("永宁镇",)  # type: ignore[attr-defined]
