"""A package is in force for its own province and counties only."""

from pathlib import Path

from contracts.contract_library import open_library
from tests.builders.gansu import COUNTY, YEAR


def test_package_of_the_province_holds_for_its_counties_only() -> None:
    """A county of the register is asked for the province's forms; a code that merely looks alike is not."""
    library = open_library()
    package = library.find_package(COUNTY, YEAR)
    assert package is not None
    assert (package.id, package.county) == ("62-2024", COUNTY)
    assert library.find_package("629999", YEAR) is None
    own = library.find_package("530113", YEAR)
    assert own is not None
    assert own.id == "530113-2024"


def test_gansu_rules_hold_in_gansu_only(tmp_path: Path) -> None:
    """A rule that rests on the Gansu measures is not in force for another province."""
    folder = tmp_path / "contracts"
    source = open_library().root
    for path in source.rglob("*.yaml"):
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    package = folder / "packages" / "62-2024.yaml"
    package.write_text(package.read_text(encoding="utf-8").replace('"62"', '"63"'), encoding="utf-8")
    elsewhere = open_library(folder)
    other = next(package for package in elsewhere.list_packages() if package.province == "63")
    rules = {rule.id for form in elsewhere.compile_submission(other, YEAR).forms for rule in form.rules}
    assert {"B04", "X01", "Y05"}.isdisjoint(rules)
    assert {"F11", "T11", "Y01"} <= rules
