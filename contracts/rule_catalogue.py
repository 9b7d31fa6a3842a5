"""The catalogue of all rules: on forms, on roll-ups, and of procedure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from contracts.contract_library import ContractLibrary
from contracts.form_model import Form, Phase, Rule
from contracts.packages import Package
from contracts.procedures import Procedure
from contracts.rollups import Expectation, RollUpTable

PROCEDURE_PHASE = "procedure"  # the phase of the rules of procedure
_PHASES = (*Phase, PROCEDURE_PHASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One rule; *applies_to* are the titles of the forms or tables, or the name of the procedure.

    *severities* are in the order of the contracts, *phase* is when the rule runs. *passing* and *failing* are short
    examples in words; rules on forms have none, because their examples are run instead (`RuleExample`).

    The rule is in force from *since* to *until*, on some form at least; *is_trial* if it is on trial on all of them.
    *form_names* are the names of its forms, *packages* the ids of the packages that ask for one of them.
    """

    id: str
    severities: tuple[str, ...]
    phase: str
    description: str
    basis: str
    applies_to: tuple[str, ...]
    passing: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    is_trial: bool = False
    form_names: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    def has_ended(self, day: date) -> bool:
        """Tell whether the rule is out of force on every form on a day."""
        return self.until is not None and self.until < day


def build_catalogue(library: ContractLibrary) -> tuple[CatalogueEntry, ...]:
    """Return every rule, sorted by phase and id."""
    form_rules = _collect_form_rules(library.compile_all_forms(), library.list_packages())
    entries = [*form_rules, *_collect_from_procedures(library)]
    return tuple(sorted(entries, key=_get_sort_key))


def _get_sort_key(entry: CatalogueEntry) -> tuple[int, str]:
    return _PHASES.index(entry.phase), entry.id


def _collect_form_rules(forms: tuple[Form, ...], packages: tuple[Package, ...]) -> Iterator[CatalogueEntry]:
    rules_by_id: defaultdict[str, list[Rule]] = defaultdict(list)
    forms_by_id: defaultdict[str, list[Form]] = defaultdict(list)
    for form in forms:
        for rule in form.rules:
            rules_by_id[rule.id].append(rule)
            forms_by_id[rule.id].append(form)
    for rule_id, rules in rules_by_id.items():
        first_rule = rules[0]
        yield CatalogueEntry(
            id=rule_id,
            severities=_drop_repeats(_list_severities(rules)),
            phase=first_rule.phase,
            description=first_rule.description,
            basis=first_rule.basis,
            applies_to=_drop_repeats(form.title for form in forms_by_id[rule_id]),
            since=_find_limit([rule.since for rule in rules], min),
            until=_find_limit([rule.until for rule in rules], max),
            is_trial=all(rule.trial for rule in rules),
            form_names=_drop_repeats(form.name for form in forms_by_id[rule_id]),
            packages=tuple(_list_packages(forms_by_id[rule_id], packages)),
        )


def _find_limit(days: list[date | None], choose: Callable[[list[date]], date]) -> date | None:
    """Return the first or last day, or None if a rule has no such limit on one of its forms."""
    limits = [day for day in days if day is not None]
    if len(limits) < len(days):
        return None
    return choose(limits)


def _list_packages(forms: Iterable[Form], packages: Iterable[Package]) -> Iterator[str]:
    names = {form.name for form in forms}
    for package in packages:
        if not names.isdisjoint(package.forms):
            yield package.id


def _list_severities(rules: Iterable[Rule]) -> Iterator[str]:
    for rule in rules:
        yield rule.severity
        yield from rule.severities.values()


def _drop_repeats(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


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
    expectations_by_rule: defaultdict[str, list[Expectation]] = defaultdict(list)
    titles_by_rule: defaultdict[str, list[str]] = defaultdict(list)
    for table in tables:
        for expectation in table.expectations:
            expectations_by_rule[expectation.rule].append(expectation)
            titles_by_rule[expectation.rule].append(table.title)
    for rule_id, expectations in expectations_by_rule.items():
        yield CatalogueEntry(
            id=rule_id,
            severities=_drop_repeats(expectation.severity for expectation in expectations),
            phase=Phase.ACROSS_LEVELS,
            description="；".join(expectation.description for expectation in expectations),
            basis="；".join(_drop_repeats(expectation.basis for expectation in expectations)),
            applies_to=_drop_repeats(titles_by_rule[rule_id]),
            passing=tuple(expectation.passing for expectation in expectations),
            failing=tuple(expectation.failing for expectation in expectations),
        )
