"""What a rule tells its check: arguments that are unknown, missing or of the wrong kind, columns that a form lacks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from contracts.lint.check_specs import (
    LIST_KEY,
    MAPPING_PREFIX,
    OPTIONAL_MARK,
    PAIR_KEY,
    RECORD_KEY,
    CheckSpec,
    load_check_specs,
)
from contracts.lint.form_views import ENGINE, NUMBER_TYPES, FormView, RuleView
from contracts.lint.problems import ContractProblem, Path
from contracts.lint.structure import find_last_key, find_similar

_COLUMN_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "column": ("string", "date", *NUMBER_TYPES),
    "text": ("string",),
    "number": NUMBER_TYPES,
    "date": ("date",),
    "moment": ("date", *NUMBER_TYPES),
    "group": NUMBER_TYPES,
    "target": NUMBER_TYPES,
}
_ROUNDING: Final = ("half_up", "half_even")
_DIRECTIONS: Final = ("not_less", "not_more")
_PAIR_LENGTH: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentContext:
    """A rule whose arguments are looked at: its form, all forms, and what stands beside an argument."""

    form: FormView
    rule: RuleView
    forms: Mapping[str, FormView]
    siblings: Mapping[str, Any]

    def build_problem(self, path: Path, code: str, /, **facts: str) -> ContractProblem:
        """Return a mistake at *path* below the rule's implementation."""
        place = (*self.rule.path, "implementation", *path)
        return self.form.document.build_problem(place, code, rule=self.rule.id, check=self.rule.check, **facts)


def check_arguments(form: FormView, forms: Mapping[str, FormView]) -> Iterator[ContractProblem]:
    """Yield what is wrong with the arguments of a form's rules; *forms* are all forms that any file declares."""
    specs = load_check_specs()
    for rule in form.rules:
        context = ArgumentContext(form=form, rule=rule, forms=forms, siblings=rule.arguments)
        if rule.check in specs:
            yield from _check_rule(context, specs[rule.check])
        else:
            yield context.build_problem(("check",), "check_unknown", expected=find_similar(rule.check, specs) or "—")


def check_engines(form: FormView) -> Iterator[ContractProblem]:
    """Yield the rules of this program whose implementation names no check."""
    for position, entry in enumerate(form.document.content["schema"][form.path[1]].get("quality", ())):
        path = (*form.path, "quality", position)
        implementation = entry.get("implementation")
        if entry.get("engine") == ENGINE and not _names_check(implementation):
            yield form.document.build_problem(path, "check_missing", rule=entry["id"])
        if entry.get("type") == "custom" and entry.get("engine") not in (ENGINE, "great-expectations"):
            engine = str(entry.get("engine"))
            yield form.document.build_problem((*path, "engine"), "engine_unknown", rule=entry["id"], value=engine)


def _names_check(implementation: object) -> bool:
    return isinstance(implementation, Mapping) and isinstance(implementation.get("check"), str)


def _check_rule(context: ArgumentContext, spec: CheckSpec) -> Iterator[ContractProblem]:
    yield from _check_record(context, spec.arguments, context.rule.arguments, ())
    for role in spec.roles:
        if not context.form.list_fields_by_role(role):
            yield context.build_problem(("check",), "role_missing", role=role, form=context.form.name)
    for column in spec.columns:
        if column not in context.form.fields:
            yield context.build_problem(("check",), "column_needed", column=column, form=context.form.name)
    yield from _check_severities(context)


def _check_severities(context: ArgumentContext) -> Iterator[ContractProblem]:
    raw = context.form.document.content
    for step in (*context.rule.path, "implementation"):
        raw = raw[step]  # type: ignore[index]  # the path leads through lists as well
    severities = raw.get("severities", {})
    if not isinstance(severities, Mapping):
        yield context.build_problem(("severities",), "argument_kind", name="severities", kind="severities")
        return
    for variant, severity in severities.items():
        if severity not in ("hard", "soft", "report"):
            yield context.build_problem(("severities", variant), "argument_kind", name=variant, kind="severity")


def _check_record(
    context: ArgumentContext, spec: Mapping[str, Any], values: Mapping[str, Any], path: Path
) -> Iterator[ContractProblem]:
    kinds: dict[str, Any] = {}
    for name, kind in spec.items():
        kinds[name.removesuffix(OPTIONAL_MARK)] = kind
        if not name.endswith(OPTIONAL_MARK) and name not in values:
            yield context.build_problem(path, "argument_missing", name=name)
    for name, value in values.items():
        if name in kinds:
            yield from _check_value(context, kinds[name], value, (*path, name))
        else:
            known = find_similar(name, kinds) or "、".join(kinds) or "—"
            yield context.build_problem((*path, name), "argument_unknown", name=name, expected=known)


def _check_value(context: ArgumentContext, kind: Any, value: Any, path: Path) -> Iterator[ContractProblem]:  # noqa: ANN401 - as in the file
    if isinstance(kind, str):
        yield from _check_plain(context, kind, value, path)
        return
    ((shape, inner),) = kind.items()
    if shape == RECORD_KEY:
        yield from _check_entries(context, inner, value, path)
    elif shape.startswith(MAPPING_PREFIX):
        yield from _check_mapping(context, shape.removeprefix(MAPPING_PREFIX), inner, value, path)
    else:
        yield from _check_list(context, shape, inner, value, path)


def _check_entries(
    context: ArgumentContext, spec: Mapping[str, Any], value: object, path: Path
) -> Iterator[ContractProblem]:
    if not isinstance(value, Mapping):
        yield _report_kind(context, path, RECORD_KEY)
        return
    inner = ArgumentContext(form=context.form, rule=context.rule, forms=context.forms, siblings=value)
    yield from _check_record(inner, spec, value, path)


def _check_mapping(
    context: ArgumentContext, key_kind: str, inner: object, value: object, path: Path
) -> Iterator[ContractProblem]:
    if not isinstance(value, Mapping):
        yield _report_kind(context, path, "mapping")
        return
    for key, entry in value.items():
        yield from _check_plain(context, key_kind, key, (*path, key))
        yield from _check_value(context, inner, entry, (*path, key))


def _check_list(
    context: ArgumentContext, shape: str, inner: object, value: object, path: Path
) -> Iterator[ContractProblem]:
    if not isinstance(value, list):
        yield _report_kind(context, path, LIST_KEY)
        return
    if shape == PAIR_KEY and len(value) != _PAIR_LENGTH:
        yield _report_kind(context, path, PAIR_KEY)
    for position, entry in enumerate(value):
        yield from _check_value(context, inner, entry, (*path, position))


def _check_plain(context: ArgumentContext, kind: str, value: object, path: Path) -> Iterator[ContractProblem]:
    name, _, reference = kind.partition("@")
    if name in _COLUMN_TYPES:
        yield from _check_column(context, name, reference, value, path)
    elif name == "form":
        if value not in context.forms:
            expected = find_similar(str(value), context.forms) or "、".join(sorted(context.forms))
            yield context.build_problem(path, "form_unknown", value=str(value), expected=expected)
    elif name == "rule":
        yield from _check_rule_ids(context, [value], path)
    elif name == "joins":
        rule_ids = list(value.values()) if isinstance(value, Mapping) else [value]
        yield from _check_rule_ids(context, rule_ids, path)
    elif not _is_of_kind(name, value):
        yield _report_kind(context, path, name)


def _check_rule_ids(context: ArgumentContext, rule_ids: list[object], path: Path) -> Iterator[ContractProblem]:
    known = {rule.id for rule in context.form.rules}
    for rule_id in rule_ids:
        if rule_id not in known:
            yield context.build_problem(path, "rule_unknown", value=str(rule_id), form=context.form.name)


def _check_column(
    context: ArgumentContext, kind: str, reference: str, value: object, path: Path
) -> Iterator[ContractProblem]:
    form = _find_form(context, reference)
    if form is None:
        return  # the form that it names is told as unknown itself
    field = form.fields.get(str(value))
    if field is None or not isinstance(value, str):
        expected = find_similar(str(value), form.fields) or "、".join(form.fields)
        yield context.build_problem(path, "column_unknown", value=str(value), form=form.name, expected=expected)
        return
    if field.kind not in _COLUMN_TYPES[kind]:
        types = "、".join(_COLUMN_TYPES[kind])
        yield context.build_problem(path, "column_type", value=value, form=form.name, actual=field.kind, expected=types)
    needs_years = kind == "target" and form is not context.form
    if field.is_per_year != needs_years and kind != "group":
        code = "column_not_per_year" if needs_years else "column_per_year"
        yield context.build_problem(path, code, value=value, form=form.name)


def _find_form(context: ArgumentContext, reference: str) -> FormView | None:
    """Return the form whose column is named: the rule's own, a certain one, or that of the argument beside."""
    if not reference or (reference not in context.siblings and not reference.startswith("=")):
        return context.form
    name = reference.removeprefix("=") if reference.startswith("=") else context.siblings[reference]
    return context.forms.get(str(name))


def _report_kind(context: ArgumentContext, path: Path, kind: str) -> ContractProblem:
    name = find_last_key(path)
    return context.build_problem(path, "argument_kind", name=name, kind=kind)


def _is_of_kind(kind: str, value: object) -> bool:
    return _TESTS_BY_KIND.get(kind, _is_word)(value)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_ratio(value: object) -> bool:
    return isinstance(value, list) and len(value) == _PAIR_LENGTH and all(map(_is_positive, value))


def _is_rounding(value: object) -> bool:
    return isinstance(value, list) and all(map(_ROUNDING.__contains__, value))


def _is_direction(value: object) -> bool:
    return value in _DIRECTIONS


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and _is_whole(value) and value > 0


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


_TESTS_BY_KIND: Final[Mapping[str, Callable[[object], bool]]] = {
    "flag": _is_flag,
    "whole": _is_whole,
    "amount": _is_amount,
    "ratio": _is_ratio,
    "rounding": _is_rounding,
    "direction": _is_direction,
}
