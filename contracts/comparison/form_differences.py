"""What differs between two versions of a form: fields, headings, rules and their thresholds."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from contracts.comparison.difference import (
    Change,
    Difference,
    Stricter,
    Subject,
    choose_change,
    format_leaf,
    pair_leaves,
    say_stricter,
)
from contracts.lint.check_specs import load_check_specs
from contracts.lint.form_views import FieldView, FormView, RuleView

_SEVERITY_RANKS: Final = {"report": 0, "soft": 1, "hard": 2}
_FIELD_ATTRIBUTES: Final = ("kind", "role", "is_per_year", "is_required", "codes")
_LOWER, _HIGHER, _FEWER, _MORE = "lower", "higher", "fewer", "more"
_TEXT_KEYS: Final = ("description", "dimension", "authoritativeDefinitions")


def compare_forms(before: FormView, after: FormView) -> Iterator[Difference]:
    """Yield what differs between two forms of one name."""
    yield from _compare_form_properties(before, after)
    for name in dict.fromkeys((*before.fields, *after.fields)):
        yield from _compare_fields(after, before.fields.get(name), after.fields.get(name))
    old_rules, new_rules = _map_rules(before), _map_rules(after)
    for rule_id in dict.fromkeys((*old_rules, *new_rules)):
        yield from _compare_rules(before, after, old_rules.get(rule_id), new_rules.get(rule_id))


def _map_rules(form: FormView) -> dict[str, RuleView]:
    return {rule.id: rule for rule in form.rules}


def _compare_form_properties(before: FormView, after: FormView) -> Iterator[Difference]:
    old = {"businessName": before.title, **before.properties}
    new = {"businessName": after.title, **after.properties}
    for path, old_value, new_value in pair_leaves(old, new):
        yield _build(Subject.FORM, after, ".".join((after.name, *path)), old_value, new_value)


def _compare_fields(form: FormView, before: FieldView | None, after: FieldView | None) -> Iterator[Difference]:
    if before is None or after is None:
        field = after or before
        if field is not None:
            is_new = before is None
            text = field.headings[0]
            yield Difference(
                subject=Subject.FIELD,
                change=Change.ADDED if is_new else Change.REMOVED,
                file=form.document.file,
                place=f"{form.name}.{field.name}",
                before="" if is_new else text,
                after=text if is_new else "",
                stricter=say_stricter(is_new=is_new) if field.is_required else Stricter.UNKNOWN,
            )
        return
    place = f"{form.name}.{after.name}"
    for name in _FIELD_ATTRIBUTES:
        old_value, new_value = getattr(before, name), getattr(after, name)
        if old_value != new_value:
            yield _build(
                Subject.FIELD, form, f"{place}.{name}", _to_leaf(old_value), _to_leaf(new_value),
                stricter=_judge_attribute(name, old_value, new_value),
            )  # fmt: skip
    if before.headings != after.headings:
        yield _build(
            Subject.HEADING, form, place, list(before.headings), list(after.headings),
            stricter=_judge_count(before.headings, after.headings, _FEWER),
        )  # fmt: skip


def _to_leaf(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _judge_attribute(name: str, before: Any, after: Any) -> Stricter:  # noqa: ANN401 - of any attribute
    if name == "is_required":
        return say_stricter(is_new=bool(after))
    if name == "codes" and before and after:
        return _judge_count(before, after, _FEWER)
    return Stricter.UNKNOWN


def _judge_count(before: Any, after: Any, wanted: str) -> Stricter:  # noqa: ANN401 - of any list
    """Return the set with fewer (or more) entries, if its entries are among (or contain) those of the other."""
    old, new = set(map(str, before)), set(map(str, after))
    if old < new:
        return say_stricter(is_new=wanted == _MORE)
    if new < old:
        return say_stricter(is_new=wanted == _FEWER)
    return Stricter.UNKNOWN


def _compare_rules(
    old_form: FormView, form: FormView, before: RuleView | None, after: RuleView | None
) -> Iterator[Difference]:
    if before is None or after is None:
        rule = after or before
        if rule is not None:
            is_new = before is None
            text = _describe(form if is_new else old_form, rule)
            yield Difference(
                subject=Subject.RULE,
                change=Change.ADDED if is_new else Change.REMOVED,
                file=form.document.file,
                place=f"{form.name}.{rule.id}",
                before="" if is_new else text,
                after=text if is_new else "",
                stricter=Stricter.UNKNOWN if rule.is_trial else say_stricter(is_new=is_new),
            )
        return
    place = f"{form.name}.{after.id}"
    if before.check != after.check:
        yield _build(Subject.RULE, form, f"{place}.check", before.check, after.check)
    yield from _compare_severities(form, place, before, after)
    yield from _compare_properties(form, place, before, after)
    for path, old_value, new_value in pair_leaves(before.arguments, after.arguments):
        stricter = _judge_argument(after.check, path, old_value, new_value)
        yield _build(Subject.THRESHOLD, form, ".".join((place, *path)), old_value, new_value, stricter=stricter)
    yield from _compare_texts(old_form, form, before, after)


def _describe(form: FormView, rule: RuleView) -> str:
    raw = _get_raw(form, rule)
    return f"{raw.get('description', '')}（{rule.severity}）"


def _get_raw(form: FormView, rule: RuleView) -> Mapping[str, Any]:
    node: Any = form.document.content
    for step in rule.path:
        node = node[step]
    raw: Mapping[str, Any] = node
    return raw


def _compare_severities(form: FormView, place: str, before: RuleView, after: RuleView) -> Iterator[Difference]:
    old = {"severity": before.severity, **before.severities}
    new = {"severity": after.severity, **after.severities}
    for name in dict.fromkeys((*old, *new)):
        old_value, new_value = old.get(name, before.severity), new.get(name, after.severity)
        if old_value != new_value and (name in old or name in new):
            is_new = _SEVERITY_RANKS.get(new_value, 0) > _SEVERITY_RANKS.get(old_value, 0)
            yield _build(
                Subject.RULE, form, f"{place}.{name}", old_value, new_value, stricter=say_stricter(is_new=is_new)
            )


def _compare_properties(form: FormView, place: str, before: RuleView, after: RuleView) -> Iterator[Difference]:
    for path, old_value, new_value in pair_leaves(before.properties, after.properties):
        stricter = Stricter.UNKNOWN
        if path == ("trial",):
            stricter = say_stricter(is_new=not new_value)
        elif path == ("since",):
            stricter = say_stricter(is_new=str(new_value or "") < str(old_value or ""))
        elif path == ("until",):
            stricter = say_stricter(
                is_new=new_value is None or (old_value is not None and str(new_value) > str(old_value))
            )
        elif path == ("provinces",):
            stricter = _judge_provinces(old_value, new_value)
        yield _build(Subject.RULE, form, ".".join((place, *path)), old_value, new_value, stricter=stricter)


def _judge_provinces(before: object, after: object) -> Stricter:
    """Return the set whose rule holds in more provinces; without provinces it holds in all."""
    if before is None or after is None:
        return say_stricter(is_new=after is None)
    return _judge_count(before, after, _MORE)


def _judge_argument(check: str, path: tuple[str, ...], before: object, after: object) -> Stricter:
    spec = load_check_specs().get(check)
    directions = spec.stricter if spec else {}
    wanted = ""
    for step in path:
        wanted = directions.get(step, wanted)
    if wanted in (_FEWER, _MORE):
        return _judge_count(_list_entries(before), _list_entries(after), wanted)
    if wanted in (_LOWER, _HIGHER):
        return _judge_amounts(before, after, wanted)
    return Stricter.UNKNOWN


def _list_entries(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _judge_amounts(before: object, after: object, wanted: str) -> Stricter:
    """Return the set with the lower (or higher) limit; a limit that the other does not have is stricter."""
    if before is None or after is None:
        return say_stricter(is_new=before is None)
    try:
        is_lower = Decimal(str(after)) < Decimal(str(before))
    except InvalidOperation:
        return Stricter.UNKNOWN
    return say_stricter(is_new=is_lower == (wanted == _LOWER))


def _compare_texts(old_form: FormView, form: FormView, before: RuleView, after: RuleView) -> Iterator[Difference]:
    old_raw, new_raw = _get_raw(old_form, before), _get_raw(form, after)
    for key in _TEXT_KEYS:
        for path, old_value, new_value in pair_leaves({key: old_raw.get(key)}, {key: new_raw.get(key)}):
            yield _build(Subject.RULE, form, ".".join((form.name, after.id, *path)), old_value, new_value)


def _build(
    subject: Subject,
    form: FormView,
    place: str,
    before: object,
    after: object,
    *,
    stricter: Stricter = Stricter.UNKNOWN,
) -> Difference:
    return Difference(
        subject=subject,
        change=choose_change(before, after),
        file=form.document.file,
        place=place,
        before=format_leaf(before),
        after=format_leaf(after),
        stricter=stricter,
    )
