"""Every rule that holds anywhere, of whatever kind: on forms, on roll-ups, in the procedure."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.contract_library import Library
from contracts.form_model import Form, Phase, Rule
from contracts.procedures import Procedure
from contracts.rollups import RollUpTable

PROCEDURE = "procedure"  # the phase of the rules of procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One rule: *severities* gravest first, *phase* when it is tried, *where* the forms, tables or procedure.

    *passing* and *failing* are short cases in words; rules on forms have examples that are tried instead.
    """

    id: str
    severities: tuple[str, ...]
    phase: str
    description: str
    basis: str
    where: tuple[str, ...]
    passing: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()


def catalogue(library: Library) -> tuple[Entry, ...]:
    """Return every rule by phase and id."""
    phases = [*Phase, PROCEDURE]
    found = [*_on_forms(library.all_forms()), *_of_procedures(library)]
    return tuple(sorted(found, key=lambda one: (phases.index(one.phase), one.id)))


def _on_forms(forms: tuple[Form, ...]) -> Iterator[Entry]:
    used: dict[str, list[tuple[Rule, Form]]] = {}
    for form in forms:
        for rule in form.rules:
            used.setdefault(rule.id, []).append((rule, form))
    for name, uses in used.items():
        rule = uses[0][0]
        weights = dict.fromkeys(one for rule, _ in uses for one in (rule.severity, *rule.severities.values()))
        yield Entry(
            id=name,
            severities=tuple(weights),
            phase=rule.phase,
            description=rule.description,
            basis=rule.basis,
            where=tuple(dict.fromkeys(form.title for _, form in uses)),
        )


def _of_procedures(library: Library) -> Iterator[Entry]:
    for procedure in library.procedures():
        yield from _of_chain(procedure)
        yield from _of_rollups(library.rollups(procedure.id))


def _of_chain(procedure: Procedure) -> Iterator[Entry]:
    for rule in procedure.rules:
        yield Entry(
            id=rule.id,
            severities=(rule.severity,),
            phase=PROCEDURE,
            description=rule.text,
            basis=rule.basis,
            where=(procedure.name,),
            passing=(rule.passing,),
            failing=(rule.failing,),
        )


def _of_rollups(tables: tuple[RollUpTable, ...]) -> Iterator[Entry]:
    used: dict[str, list[tuple[RollUpTable, int]]] = {}
    for table in tables:
        for at, one in enumerate(table.expectations):
            used.setdefault(one.rule, []).append((table, at))
    for name, uses in used.items():
        asked = [table.expectations[at] for table, at in uses]
        yield Entry(
            id=name,
            severities=tuple(dict.fromkeys(one.severity for one in asked)),
            phase=Phase.ACROSS_LEVELS,
            description="；".join(one.description for one in asked),
            basis="；".join(dict.fromkeys(one.basis for one in asked)),
            where=tuple(dict.fromkeys(table.title for table, _ in uses)),
            passing=tuple(one.passing for one in asked),
            failing=tuple(one.failing for one in asked),
        )
