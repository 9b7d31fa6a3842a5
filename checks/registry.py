"""Which function serves which check named in a contract."""

from collections.abc import Callable, Iterator, Mapping

from checks.cell_rules import no_error_values, numbers_as_text, numbers_parse
from checks.offence import NotRun, Offence
from checks.row_rules import ROW_CHECKS
from checks.sheet_rules import (
    divisions_agree,
    filled_in,
    form_present,
    headings_found,
    labels_found,
    total_row_once,
    unit_stated,
)
from checks.subject import Subject
from checks.sum_rules import (
    Stated,
    at_least_assigned,
    column_total,
    equals_plan,
    row_sum,
    townships_as_planned,
)
from contracts.errors import ContractError
from contracts.model import Form, Rule

FORM_CHECKS: Mapping[str, Callable[[Subject, Rule], Iterator[Offence]]] = {
    "at_least_assigned": at_least_assigned,
    "divisions_agree": divisions_agree,
    "filled_in": filled_in,
    "form_present": form_present,
    "headings_found": headings_found,
    "labels_found": labels_found,
    "no_error_values": no_error_values,
    "numbers_as_text": numbers_as_text,
    "numbers_parse": numbers_parse,
    "total_row_once": total_row_once,
    "townships_as_planned": townships_as_planned,
    "unit_stated": unit_stated,
}

SUM_CHECKS: Mapping[str, Callable[[Subject, Rule], Iterator[Stated | NotRun]]] = {
    "column_total": column_total,
    "equals_plan": equals_plan,
    "row_sum": row_sum,
}


def known_checks() -> frozenset[str]:
    """Return the name of every check that a contract may ask for."""
    return frozenset((*FORM_CHECKS, *SUM_CHECKS, *ROW_CHECKS))


NEEDS: Mapping[str, tuple[str, ...]] = {
    "at_least_assigned": ("measure", "total"),
    "divisions_agree": ("county", "city"),
    "equals_plan": ("measure", "parts", "total"),
    "filled_in": ("fields",),
    "row_sum": ("parts", "total"),
    "serial_numbers": ("column",),
    "township_full_name": ("column",),
    "township_known": ("column",),
    "townships_as_planned": ("measure",),
    "unique_in_table": ("column",),
}


def refuse_unknown(form: Form) -> None:
    """Raise `ContractError` where a rule asks for a check that does not exist, or leaves out what the check needs."""
    for rule in form.rules:
        if rule.check not in known_checks():
            raise ContractError(form.name, f"rule {rule.id}: no check is named {rule.check!r}")
        missing = [name for name in NEEDS.get(rule.check, ()) if name not in rule.arguments]
        if missing:
            raise ContractError(form.name, f"rule {rule.id}: the check {rule.check} needs {missing}")
