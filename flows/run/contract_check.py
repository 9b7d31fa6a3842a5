"""Checks that the contracts of a year are valid before a run reads any submission."""

from checks.rules.required_arguments import refuse_unknown_checks
from contracts.contract_library import ContractLibrary
from contracts.lint.lint import require_valid_contracts
from review.roster import Roster


def check_year_contracts(library: ContractLibrary, roster: Roster) -> None:
    """Compile what every due county must send; raise `ContractError` if any contract has a mistake.

    A due county without a package is no error here: its files will be refused.
    """
    require_valid_contracts(library)
    packages = {}
    for due_county in roster.due_counties:
        package = library.find_package(due_county.code, roster.year)
        if package is not None:
            packages[package.id] = package
    for package in packages.values():
        for form in (library.compile_cover(), *library.compile_submission(package, roster.year).forms):
            refuse_unknown_checks(form)
