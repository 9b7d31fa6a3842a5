"""Every rule that holds anywhere, of whatever kind: on forms, on roll-ups, in the procedure."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.contract_library import ContractLibrary
from contracts.form_model import Form, Phase, Rule
from contracts.procedures import Procedure
from contracts.rollups import RollUpTable

PROCEDURE_PHASE = "procedure"  # the phase of the rules of procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One rule: *severities* gravest first, *phase* when it is tried, *where* the forms, tables or procedure.

    *passing* and *failing* are short cases in words; rules on forms have examples that are tried instead.
    """

    id: str
    severities: tuple[str, ...]
    phase: str
    description: str
    basis: str
    applies_to: tuple[str, ...]
    passing: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()


def build_catalogue(library: ContractLibrary) -> tuple[CatalogueEntry, ...]:
    """Return every rule by phase and id."""
    phases = [*Phase, PROCEDURE_PHASE]
    found = [*_collect_form_rules(library.compile_all_forms()), *_collect_from_procedures(library)]
    return tuple(sorted(found, key=lambda one: (phases.index(one.phase), one.id)))


def _collect_form_rules(forms: tuple[Form, ...]) -> Iterator[CatalogueEntry]:
    used: dict[str, list[tuple[Rule, Form]]] = {}
    for form in forms:
        for rule in form.rules:
            used.setdefault(rule.id, []).append((rule, form))
    for name, uses in used.items():
        rule = uses[0][0]
        weights = dict.fromkeys(one for rule, _ in uses for one in (rule.severity, *rule.severities.values()))
        yield CatalogueEntry(
            id=name,
            severities=tuple(weights),
            phase=rule.phase,
            description=rule.description,
            basis=rule.basis,
            applies_to=tuple(dict.fromkeys(form.title for _, form in uses)),
        )


def _collect_from_procedures(library: ContractLibrary) -> Iterator[CatalogueEntry]:
    for procedure in library.list_procedures():
        yield from _collect_procedure_rules(procedure)
        yield from _collect_rollup_rules(library.get_rollup_tables(procedure.id))


def _collect_procedure_rules(procedure: Procedure) -> Iterator[CatalogueEntry]:
    for rule in procedure.rules:
        yield CatalogueEntry(
            id=rule.id,
            severities=(rule.severity,),
            phase=PROCEDURE_PHASE,
            description=rule.text,
            basis=rule.basis,
            applies_to=(procedure.name,),
            passing=(rule.passing,),
            failing=(rule.failing,),
        )


def _collect_rollup_rules(tables: tuple[RollUpTable, ...]) -> Iterator[CatalogueEntry]:
    used: dict[str, list[tuple[RollUpTable, int]]] = {}
    for table in tables:
        for at, one in enumerate(table.expectations):
            used.setdefault(one.rule, []).append((table, at))
    for name, uses in used.items():
        asked = [table.expectations[at] for table, at in uses]
        yield CatalogueEntry(
            id=name,
            severities=tuple(dict.fromkeys(one.severity for one in asked)),
            phase=Phase.ACROSS_LEVELS,
            description="；".join(one.description for one in asked),
            basis="；".join(dict.fromkeys(one.basis for one in asked)),
            applies_to=tuple(dict.fromkeys(table.title for table, _ in uses)),
            passing=tuple(one.passing for one in asked),
            failing=tuple(one.failing for one in asked),
        )
