"""Rules that can never or always fail, that another one implies, and sums that contradict each other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from contracts.lint.documents import find_line
from contracts.lint.form_views import FormView, RuleView
from contracts.lint.index import ContractIndex, get_province
from contracts.lint.linear_solver import find_conflict, implies
from contracts.lint.problems import ContractProblem
from contracts.lint.row_relations import RowRelation, list_relations

_SEVERITY_RANKS: Final = {"report": 0, "soft": 1, "hard": 2}
_LISTED_ARGUMENTS: Final = ("columns", "fields", "pairs", "sums", "forms")
_LIMIT_PAIRS: Final = (("least", "most"), ("usual_least", "usual_most"), ("earliest", "latest"))
_DAY_OF_YEAR_END: Final = (12, 31)


def check_logic(form: FormView, index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield the rules of a form whose arguments are right that cannot mean what they say."""
    for rule in form.rules:
        yield from _check_rule(form, rule)
        yield from _check_provinces(form, rule, index)
    yield from _check_repeated(form)
    for year in _list_years(form, index):
        relations = [relation for relation in list_relations(form) if _is_in_force(relation.rule, year)]
        yield from _check_conflicts(form, relations)
        yield from _check_implied(form, relations)


def _check_rule(form: FormView, rule: RuleView) -> Iterator[ContractProblem]:
    for name in _LISTED_ARGUMENTS:
        if name in rule.arguments and not rule.arguments[name]:
            yield _report(form, rule, "never_fails", "nothing_listed")
    for column, limits in _iter_limits(rule):
        for lower, upper in _LIMIT_PAIRS:
            if lower in limits and upper in limits and Decimal(str(limits[lower])) > Decimal(str(limits[upper])):
                yield _report(form, rule, "always_fails", "limits", column=column)
        if rule.check == "in_range" and not limits:
            yield _report(form, rule, "never_fails", "no_limits", column=column)
    for first, second in _iter_compared(rule):
        if first == second:
            yield _report(form, rule, "never_fails", "same_column", column=first)
    yield from _check_codes(form, rule)


def _iter_limits(rule: RuleView) -> Iterator[tuple[str, Mapping[str, Any]]]:
    columns = rule.arguments.get("columns")
    if rule.check in ("in_range", "years_in_range") and isinstance(columns, Mapping):
        yield from columns.items()
    if rule.check == "filling_date":
        yield str(rule.arguments["column"]), rule.arguments


def _iter_compared(rule: RuleView) -> Iterator[tuple[str, str]]:
    """Yield the pairs of columns of which a rule says that one limits the other."""
    if rule.check == "at_most":
        yield rule.arguments["column"], rule.arguments["limit"]
    if rule.check == "project_balance":
        yield rule.arguments["column"], rule.arguments["floor"]
    if rule.check in ("codes_nested", "label_agrees"):
        yield from rule.arguments["pairs"]
    for pair in _list_pairs(rule):
        if "form" not in pair:
            yield pair[_get_first_name(rule)], pair[_get_second_name(rule)]


def _list_pairs(rule: RuleView) -> Sequence[Mapping[str, Any]]:
    if rule.check in ("part_within_whole", "dates_in_order", "ratio_to_target"):
        pairs: Sequence[Mapping[str, Any]] = rule.arguments["pairs"]
        return pairs
    return ()


def _get_first_name(rule: RuleView) -> str:
    return {"part_within_whole": "part", "dates_in_order": "earlier"}.get(rule.check, "column")


def _get_second_name(rule: RuleView) -> str:
    return {"part_within_whole": "whole", "dates_in_order": "later"}.get(rule.check, "target")


def _check_codes(form: FormView, rule: RuleView) -> Iterator[ContractProblem]:
    """Yield rules on the values of a column that its list of codes decides beforehand."""
    if rule.check == "in_code_list":
        for column in rule.arguments["columns"]:
            if not form.fields[column].codes:
                yield _report(form, rule, "always_fails", "no_codes", column=column)
        return
    if rule.check not in ("one_of", "none_of", "none_beginning"):
        return
    codes = set(form.fields[rule.arguments["column"]].codes)
    forbidden = _list_forbidden(rule, codes)
    if rule.check == "one_of" and not rule.arguments["values"]:
        yield _report(form, rule, "always_fails", "no_values", column=rule.arguments["column"])
    elif codes and forbidden >= codes:
        yield _report(form, rule, "always_fails", "all_codes", column=rule.arguments["column"])
    elif (codes and not forbidden & codes) or (not codes and rule.check == "none_of" and not forbidden):
        yield _report(form, rule, "never_fails", "no_code", column=rule.arguments["column"])


def _list_forbidden(rule: RuleView, codes: set[str]) -> set[str]:
    """Return the codes of a column that a rule does not allow."""
    if rule.check == "one_of":
        return codes - set(rule.arguments["values"])
    if rule.check == "none_of":
        return set(rule.arguments["values"])
    return {code for code in codes if code.startswith(rule.arguments["prefix"])}


def _check_provinces(form: FormView, rule: RuleView, index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield a rule that holds only in provinces none of whose packages has the form."""
    provinces = set(rule.properties.get("provinces", ()))
    packages = list(index.iter_packages_with(form.name))
    if packages and provinces and provinces.isdisjoint(map(get_province, packages)):
        yield _report(form, rule, "never_fails", "no_province")


def _check_repeated(form: FormView) -> Iterator[ContractProblem]:
    """Yield the rules that say the same as an earlier one of at least their severity."""
    for position, rule in enumerate(form.rules):
        for earlier in form.rules[:position]:
            is_same = rule.check == earlier.check and rule.arguments == earlier.arguments
            if is_same and rule.properties.get("provinces") == earlier.properties.get("provinces"):
                yield form.document.build_warning(rule.path, "rule_implied", rule=rule.id, others=earlier.id)


def _list_years(form: FormView, index: ContractIndex) -> list[int]:
    """Return a year of each set of rules that is in force together, among the years of the form's packages."""
    years_by_rules: dict[tuple[str, ...], int] = {}
    for package in index.iter_packages_with(form.name):
        for year in package["years"]:
            rules = tuple(rule.id for rule in form.rules if _is_in_force(rule, year))
            years_by_rules.setdefault(rules, year)
    return sorted(years_by_rules.values())


def _is_in_force(rule: RuleView, year: int) -> bool:
    year_end = date(year, *_DAY_OF_YEAR_END)
    since, until = _parse_day(rule.properties.get("since")), _parse_day(rule.properties.get("until"))
    if since is not None and since > year_end:
        return False
    return until is None or until >= year_end


def _parse_day(value: object) -> date | None:
    """Return a day, or None if none is given or what is given is told as wrong already."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _check_conflicts(form: FormView, relations: Sequence[RowRelation]) -> Iterator[ContractProblem]:
    hard = [relation for relation in relations if relation.rule.severity == "hard" and not relation.rule.is_trial]
    conflict = find_conflict(hard)
    if conflict:
        rules = "、".join(_list_rule_ids(conflict))
        lines = "、".join(str(find_line(form.document.text, relation.path)) for relation in conflict)
        yield form.document.build_problem(
            conflict[-1].path, "sums_contradict", rules=rules, lines=lines, relations="；".join(map(_write, conflict))
        )


def _write(relation: RowRelation) -> str:
    """Return a relation as people write it: ``farm_end = farm_begin + farm_new``."""
    *_, total = relation.coefficients
    scale = -relation.coefficients[total]
    parts = [_write_term(name, weight) for name, weight in relation.coefficients.items() if name != total]
    sign = "=" if relation.is_equation else "≤"
    if not parts:
        return f"{relation.lower:g} ≤ {total} ≤ {relation.upper:g}"
    left = " ".join(parts).removeprefix("+ ")
    return f"{left} {sign} {total if scale == 1 else f'{scale:g}·{total}'}"


def _write_term(name: str, weight: float) -> str:
    sign = "+" if weight > 0 else "-"
    amount = abs(weight)
    return f"{sign} {name if amount == 1 else f'{amount:g}·{name}'}"


def _check_implied(form: FormView, relations: Sequence[RowRelation]) -> Iterator[ContractProblem]:
    """Yield the rules whose relations all follow from those of rules of at least their severity."""
    for rule in {relation.rule.id: relation.rule for relation in relations}.values():
        own = [relation for relation in relations if relation.rule is rule]
        others = [relation for relation in relations if relation.rule is not rule and _is_as_grave(relation.rule, rule)]
        if others and _imply_all(others, own):
            rules = "、".join(_list_implying(own, others))
            yield form.document.build_warning(rule.path, "rule_implied", rule=rule.id, others=rules)


def _imply_all(others: Sequence[RowRelation], own: Sequence[RowRelation]) -> bool:
    return all(implies(others, relation) for relation in own)


def _is_as_grave(rule: RuleView, other: RuleView) -> bool:
    return not rule.is_trial and _SEVERITY_RANKS[rule.severity] >= _SEVERITY_RANKS[other.severity]


def _list_implying(own: Sequence[RowRelation], others: Sequence[RowRelation]) -> list[str]:
    """Return the ids of the rules without any of which the relations would not follow."""
    kept = list(others)
    for rule_id in _list_rule_ids(others):
        rest = [other for other in kept if other.rule.id != rule_id]
        if _imply_all(rest, own):
            kept = rest
    return _list_rule_ids(kept)


def _list_rule_ids(relations: Iterable[RowRelation]) -> list[str]:
    """Return the ids of the rules of some relations, each once."""
    rule_ids: dict[str, None] = {}
    for relation in relations:
        rule_ids[relation.rule.id] = None
    return list(rule_ids)


def _report(form: FormView, rule: RuleView, code: str, reason: str, **facts: str) -> ContractProblem:
    """Return a rule that always or never fails; one that never does harms nobody."""
    build = form.document.build_problem if code == "always_fails" else form.document.build_warning
    return build((*rule.path, "implementation"), code, rule=rule.id, reason=reason, **facts)
