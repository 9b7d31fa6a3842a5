"""Which counties a change of the contracts touches: those whose package names a file that differs."""

from collections.abc import Mapping
from typing import Final

from contracts.contract_library import COVER_FILE, ContractLibrary
from contracts.errors import ContractError
from contracts.packages import Package

_PATHS_NOT_USED_BY_CHECKS: Final = ("procedures/", "rollups/", "filing.yaml")  # these judge no submission


def unpack_data_files(packed: bytes) -> dict[str, bytes]:
    """Return the files that `Library.packed` put into one piece, by their place in the folder."""
    parts = packed.split(b"\0")[:-1]
    return {name.decode(): content for name, content in zip(parts[::2], parts[1::2], strict=True)}


def find_changed_files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what a check may rest on and that came, went or reads otherwise now: both texts of each in one piece."""
    names = {name for name in (*before, *after) if before.get(name) != after.get(name)}
    found = {name: before.get(name, b"") + b"\n" + after.get(name, b"") for name in sorted(names)}
    return {name: texts for name, texts in found.items() if not name.startswith(_PATHS_NOT_USED_BY_CHECKS)}


def can_affect_county(changed_files: Mapping[str, bytes], library: ContractLibrary, county: str, year: int) -> bool:
    """Tell whether a county's check may come out otherwise for the changed files; where in doubt, it may."""
    try:
        package = library.find_package(county, year)
    except ContractError:
        return True  # whoever checks will say what is wrong with them
    return any(_can_affect_package(name, texts, package) for name, texts in changed_files.items())


def _can_affect_package(name: str, contents: bytes, package: Package | None) -> bool:
    folder, _, file = name.partition("/")
    if package is None or folder not in ("forms", "plans", "registers") or file == COVER_FILE:
        return True  # a package that came or went may be another county's, or in the place of its own
    if folder == "forms":
        return any(f"\n    name: {form}\n".encode() in contents for form in package.forms)
    return file in (f"{package.plan}.yaml", f"{package.register}.yaml")
