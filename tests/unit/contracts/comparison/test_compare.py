"""Two sets of contracts are compared by what they mean, and the stricter one is named."""

from pathlib import Path

import pytest
import yaml

from contracts.comparison.compare import compare_contracts
from contracts.comparison.difference import Change, Difference, Stricter, Subject
from contracts.contract_library import ContractLibrary, open_library
from contracts.lint.problems import InvalidContractsError
from tests.builders.year import copied_contracts

TASKS, PLOTS = "forms/township-tasks.odcs.yaml", "forms/gansu-plots.odcs.yaml"
PLAN, PACKAGE = "plans/530113-2024-2026.yaml", "packages/530113-2024.yaml"
REGISTER, ROLLUPS = "registers/divisions-nbs-2023.yaml", "rollups/annual-accounting.odcs.yaml"


@pytest.fixture
def copy(tmp_path: Path) -> ContractLibrary:
    """Return a copy of the contracts, to be edited."""
    return open_library(copied_contracts(tmp_path / "合同"))


def edit(library: ContractLibrary, file: str, old: str, new: str) -> None:
    """Replace the first occurrence of a text."""
    path = library.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def find_only(library: ContractLibrary) -> Difference:
    """Return the only difference from the shipped contracts."""
    (difference,) = compare_contracts(open_library(), library)
    return difference


def test_a_copy_has_no_differences(copy: ContractLibrary) -> None:
    """A file that another tool has saved means the same."""
    for name in (TASKS, PLAN, PACKAGE, ROLLUPS):
        path = copy.root / name
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        path.write_text(yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True), encoding="utf-8")
    assert compare_contracts(open_library(), copy) == ()


# File, what is written, what is written instead, the subject, and which is stricter.
EDITS = [
    (PLOTS, "usual_most: 0.4", "usual_most: 0.3", Subject.THRESHOLD, Stricter.NEW),
    (PLOTS, "usual_most: 0.4", "usual_most: 0.5", Subject.THRESHOLD, Stricter.OLD),
    (PLOTS, "{least: 0, most: 1, usual_most", "{least: 0, usual_most", Subject.THRESHOLD, Stricter.OLD),
    (PLOTS, 'values: ["0101", "0102", "0103"]', 'values: ["0101", "0102"]', Subject.THRESHOLD, Stricter.NEW),
    (PLOTS, "columns: [plot_area, new_area], rows", "columns: [plot_area], rows", Subject.THRESHOLD, Stricter.OLD),
    (TASKS, "        severity: hard\n", "        severity: soft\n", Subject.RULE, Stricter.OLD),
    (TASKS, "{synonym: 合计, locale: zh}", "{synonym: 共计, locale: zh}", Subject.HEADING, Stricter.UNKNOWN),
    (TASKS, "{synonym: 乡镇, locale: zh}, ", "", Subject.HEADING, Stricter.NEW),
    (TASKS, "        required: true\n", "", Subject.FIELD, Stricter.OLD),
    (TASKS, "[{property: phase, value: recognised}]",
     "[{property: phase, value: recognised}, {property: trial, value: true}]", Subject.RULE, Stricter.OLD),
    (PLAN, "assigned: 5000", "assigned: 5500", Subject.TARGET, Stricter.NEW),
    (REGISTER, "舍块乡", "舍块镇", Subject.REGISTER, Stricter.UNKNOWN),
    (PACKAGE, "linkage_tasks, ", "", Subject.PACKAGE, Stricter.UNKNOWN),
    (ROLLUPS, "max_value: 3", "max_value: 2", Subject.SETTING, Stricter.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize("edited", EDITS, ids=lambda edited: f"{edited[3]}-{edited[2][:20]}")
def test_one_edit_is_one_difference(copy: ContractLibrary, edited: tuple[str, str, str, Subject, Stricter]) -> None:
    """Each edit is told once, with its file and both values."""
    file, old, new, subject, stricter = edited
    edit(copy, file, old, new)
    difference = find_only(copy)
    assert (difference.file, difference.subject, difference.stricter) == (file, subject, stricter)
    assert difference.before != difference.after


def test_added_and_removed_rules(copy: ContractLibrary) -> None:
    """A rule with another id is one rule removed and one added."""
    edit(copy, TASKS, "      - id: F14\n", "      - id: F99\n")
    removed, added = compare_contracts(open_library(), copy)
    assert (removed.change, removed.place, removed.stricter) == (
        Change.REMOVED,
        "consolidation_tasks.F14",
        Stricter.OLD,
    )
    assert (added.change, added.place, added.stricter) == (Change.ADDED, "consolidation_tasks.F99", Stricter.NEW)
    assert added.after.startswith("合计行有且只有一行")


def test_unreadable_contracts_are_told(copy: ContractLibrary) -> None:
    """A file that cannot be read is told with its line, and nothing is compared."""
    edit(copy, TASKS, "        severity: hard\n", "        severity: [\n")
    with pytest.raises(InvalidContractsError, match="not_yaml"):
        compare_contracts(open_library(), copy)
