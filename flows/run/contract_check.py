"""Are the contracts of a year in order? Asked before anything is taken in, so that no county waits on a broken one."""

from checks.rules.required_arguments import refuse_unknown
from contracts.contract_library import Library
from review.roster import Roster


def prove_contracts(library: Library, roster: Roster) -> None:
    """Compile what every due county must send; raise `ContractError` at the first entry that is badly written."""
    asked = (library.package(one.code, roster.year) for one in roster.due)
    packages = {one.id: one for one in asked if one is not None}  # a county without any has its files refused
    for package in packages.values():
        for form in (library.cover(), *library.submission(package, roster.year).forms):
            refuse_unknown(form)
