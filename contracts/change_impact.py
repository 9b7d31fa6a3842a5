"""Find the counties that a change of the contracts can affect: those whose package names a changed file."""

from collections.abc import Mapping
from typing import Final

from contracts.contract_library import COVER_FILE, ContractLibrary, list_form_names
from contracts.errors import ContractError
from contracts.packages import Package
from contracts.yaml_files import parse_once

_PATHS_NOT_USED_BY_CHECKS: Final = ("procedures/", "rollups/", "filing.yaml")
_BETWEEN_VERSIONS: Final = b"\0"


def unpack_data_files(packed: bytes) -> dict[str, bytes]:
    """Return the files packed by `ContractLibrary.pack_data_files`, by their path inside the contracts folder."""
    parts = packed.split(b"\0")[:-1]
    names = map(bytes.decode, parts[::2])
    return dict(zip(names, parts[1::2], strict=True))


def find_changed_files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that checks use and that were added, removed or edited, by path.

    The value holds both versions of the file, the old one first, with a NUL between them.
    """
    changed_files: dict[str, bytes] = {}
    for name in sorted(before.keys() | after.keys()):
        is_changed = before.get(name) != after.get(name)
        if is_changed and not name.startswith(_PATHS_NOT_USED_BY_CHECKS):
            changed_files[name] = before.get(name, b"") + _BETWEEN_VERSIONS + after.get(name, b"")
    return changed_files


def can_affect_county(changed_files: Mapping[str, bytes], library: ContractLibrary, county: str, year: int) -> bool:
    """Tell whether the changed files can change the result of a county's check; True in case of doubt.

    *changed_files* is the result of `find_changed_files`.
    """
    try:
        package = library.find_package(county, year)
    except ContractError:
        # The check itself will report what is wrong with the contracts.
        return True
    return any(_can_affect_package(name, contents, package) for name, contents in changed_files.items())


def _can_affect_package(name: str, contents: bytes, package: Package | None) -> bool:
    folder, _, file = name.partition("/")
    # A package that was added or removed may belong to another county, or may replace this county's own.
    if package is None or folder not in ("forms", "plans", "registers") or file == COVER_FILE:
        return True
    if folder == "forms":
        return not _list_declared_forms(contents, file).isdisjoint(package.forms)
    return file in (f"{package.plan}.yaml", f"{package.register}.yaml")


def _list_declared_forms(contents: bytes, file: str) -> set[str]:
    """Return the names of the forms that either version of a file declares."""
    names: set[str] = set()
    for version in filter(None, contents.split(_BETWEEN_VERSIONS)):
        names |= list_form_names(parse_once(version.decode(), file))
    return names
