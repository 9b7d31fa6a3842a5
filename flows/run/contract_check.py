"""Are the contracts of a year in order? Asked before anything is taken in, so that no county waits on a broken one."""

from checks.rules.required_arguments import refuse_unknown_checks
from contracts.contract_library import ContractLibrary
from review.roster import Roster


def check_year_contracts(library: ContractLibrary, roster: Roster) -> None:
    """Compile what every due county must send; raise `ContractError` at the first entry that is badly written."""
    asked = (library.find_package(one.code, roster.year) for one in roster.due_counties)
    packages = {one.id: one for one in asked if one is not None}  # a county without any has its files refused
    for package in packages.values():
        for form in (library.compile_cover(), *library.compile_submission(package, roster.year).forms):
            refuse_unknown_checks(form)
