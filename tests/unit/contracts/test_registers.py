"""The divisions list: what it holds, and how written names are matched with it."""

from collections import Counter

import pytest

from contracts.contract_library import open_library
from contracts.registers import County, Register, load_register


@pytest.fixture(scope="module")
def gansu() -> Register:
    """Return the slice of Gansu."""
    return load_register(open_library().root / "registers" / "divisions-nbs-2023-gansu.yaml")


def test_gansu_is_whole(gansu: Register) -> None:
    """Gansu has 14 cities, 86 counties and two units that are none, and 1403 townships of the 2023 edition."""
    assert len(gansu.cities) == 14
    assert len(gansu.counties) == 88
    assert sum(len(county.townships) for county in gansu.counties.values()) == 1403


def test_city_without_counties_files_at_county_level(gansu: Register) -> None:
    """嘉峪关 has no counties and files once, under the code of the city."""
    assert gansu.counties["620200"].city == "620200"
    assert "620201" not in gansu.counties


def test_zone_only_by_roster(gansu: Register) -> None:
    """兰州新区 is no county: it files only where a roster names it."""
    assert [code for code, item in gansu.counties.items() if item.by_roster_only] == ["620171"]


def test_full_names_are_unique_within_a_county(gansu: Register) -> None:
    """No county has two townships of the same full name, so that names can be the key."""
    for county in gansu.counties.values():
        assert max(Counter(county.townships.values()).values()) == 1


def test_only_two_bare_names_are_ambiguous(gansu: Register) -> None:
    """Without its suffix a name is ambiguous in two counties only: 水洛 and 东华."""
    found = {
        (county.name, bare)
        for county in gansu.counties.values()
        for name in county.townships.values()
        for bare in [name.removesuffix("街道").removesuffix("镇").removesuffix("乡")]
        if len(county.resolve_township(bare)) > 1
    }
    assert found == {("庄浪县", "水洛"), ("华亭市", "东华")}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("铜都街道", ("铜都街道",)),
        ("铜都", ("铜都街道",)),
        ("铜都街道办事处", ("铜都街道",)),
        ("东川区汤丹镇", ("汤丹镇",)),
        ("东川区汤丹", ("汤丹镇",)),
        ("汤丹乡", ()),
        ("老村乡", ()),
        ("老铜都", ("铜都街道",)),
        ("", ()),
    ],
)
def test_names_as_people_write_them(written: str, meant: tuple[str, ...]) -> None:
    """Full, bare and old names, and names led by the county's, are resolved; another kind of unit is not."""
    townships = {"530113001": "铜都街道", "530113102": "汤丹镇"}
    county = County(
        code="530113", name="东川区", city="530100", townships=townships, former_names={"老铜都": "铜都街道"}
    )
    assert county.resolve_township(written) == meant
