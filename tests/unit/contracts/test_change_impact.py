"""A change of the contracts touches the counties whose package names what changed, and no other."""

import pytest

from contracts.change_impact import can_affect_county, find_changed_files, unpack_data_files
from contracts.contract_library import ContractLibrary, open_library
from tests.builders.year import ROOT

DONGCHUAN, LANZHOU = ("530113", 2024), ("620102", 2024)


@pytest.fixture(scope="module")
def library() -> ContractLibrary:
    """Open the contracts."""
    return open_library(ROOT / "contracts")


def test_what_was_packed_comes_out(library: ContractLibrary) -> None:
    """Every file with its name."""
    assert unpack_data_files(library.pack_data_files()) == library.collect_data_files()


@pytest.mark.parametrize(
    ("file", "dongchuan", "lanzhou"),
    [
        ("forms/township-tasks.odcs.yaml", True, False),
        ("forms/gansu-plots.odcs.yaml", False, True),
        ("forms/cover.odcs.yaml", True, True),
        ("plans/530113-2024-2026.yaml", True, False),
        ("packages/530113-2024.yaml", True, True),  # where in doubt, it may
        ("messages/zh.yaml", True, True),
        ("returning.yaml", True, True),
        ("procedures/annual-accounting.yaml", False, False),
        ("filing.yaml", False, False),
        ("rollups/annual-accounting.odcs.yaml", False, False),
    ],
)
def test_an_edit_touches_whom_it_concerns(
    library: ContractLibrary, file: str, *, dongchuan: bool, lanzhou: bool
) -> None:
    """One file edited, and the same file gone."""
    before = library.collect_data_files()
    for after in (
        {**before, file: before[file] + b"# edited\n"},
        {item: before[item] for item in before if item != file},
    ):
        changed = find_changed_files(before, after)
        found = [can_affect_county(changed, library, county, year) for county, year in (DONGCHUAN, LANZHOU)]
        assert found == [dongchuan, lanzhou]


def test_nothing_changed_touches_nobody(library: ContractLibrary) -> None:
    """The same files."""
    assert find_changed_files(library.collect_data_files(), library.collect_data_files()) == {}
    assert not can_affect_county({}, library, *LANZHOU)


def test_who_has_no_package_is_touched(library: ContractLibrary) -> None:
    """Nothing is known of it, so anything may concern it."""
    assert can_affect_county({"plans/x.yaml": b""}, library, "990101", 2024)
