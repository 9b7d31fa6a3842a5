"""The ledgers of several provinces: state folders, or a file that lists where each ledger and its store are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from contracts.errors import SettingError
from contracts.yaml_files import load_yaml
from flows.year.locations import YearPaths

_LIST_KEY: Final = "provinces"


def list_places(arguments: Iterable[Path], paths: YearPaths) -> list[YearPaths]:
    """Return the locations of each ledger once; *paths* has everything else, such as the contracts.

    An argument is a state folder, or a YAML file whose list ``provinces`` has ``state``, or ``ledger`` with ``store``,
    for each. Raises `SettingError` for a file that is none.
    """
    base = replace(paths, ledger_url="", store_location="")
    places: dict[tuple[str, str], YearPaths] = {}
    for argument in arguments:
        for place in _list_places_of(argument, base):
            places.setdefault(_identify_place(place), place)
    return list(places.values())


def _identify_place(place: YearPaths) -> tuple[str, str]:
    return place.ledger_url, str(place.state_folder.resolve())


def _list_places_of(argument: Path, base: YearPaths) -> Iterator[YearPaths]:
    if argument.is_dir():
        yield replace(base, state_folder=argument)
        return
    entries = load_yaml(argument).get(_LIST_KEY)
    if not isinstance(entries, list):
        raise SettingError(argument.name, f"has no list {_LIST_KEY!r}", "places_list", value=_LIST_KEY)
    for number, entry in enumerate(entries, start=1):
        yield _build_place(argument, number, entry, base)


def _build_place(file: Path, number: int, entry: Any, base: YearPaths) -> YearPaths:  # noqa: ANN401 - what was written
    texts = _check_entry(file, number, entry)
    if "state" in texts:
        return replace(base, state_folder=file.parent / texts["state"], store_location=texts.get("store", ""))
    return replace(base, ledger_url=texts["ledger"], store_location=texts["store"])


def _check_entry(file: Path, number: int, entry: Any) -> Mapping[str, str]:  # noqa: ANN401 - as above
    if isinstance(entry, dict) and _names_one_ledger(entry) and all(map(_is_filled_in, entry.values())):
        return entry
    problem = f"expected state, or ledger and store, in entry {number} of {_LIST_KEY!r}"
    raise SettingError(file.name, problem, "places_entry", number=str(number))


def _names_one_ledger(entry: Mapping[object, object]) -> bool:
    """Return whether the keys are those of a state folder, or of a ledger with its store."""
    keys = set(entry)
    return keys == {"ledger", "store"} or ("state" in keys and keys <= {"state", "store"})


def _is_filled_in(value: object) -> bool:
    return isinstance(value, str) and bool(value)
