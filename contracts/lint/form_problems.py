"""What is wrong within one form: fields and rules written twice, headings that two fields share, dates, texts."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from string import Formatter
from typing import Final

from contracts.form_model import TOTAL_PLACEHOLDER
from contracts.lint.form_views import NUMBER_TYPES, FormView, RuleView
from contracts.lint.index import ContractIndex
from contracts.lint.problems import ContractProblem, Path

COVER_FORM: Final = "cover"
_COVER_FIELDS: Final = ("year", "county_code", "version", "area_unit", "filled_on")
_COVER_DOCUMENT: Final = "forms/cover.odcs.yaml"
_NUMBER_ROLES: Final = ("figure", "serial")
_TEXT_ROLES: Final = ("township", "plot")
_PARAGRAPH_NAMES: Final = ("year", "county")
_YEARS: Final = ("2024", "2025")  # two years tell whether columns of different years have headings of their own


def check_form(form: FormView, index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield the mistakes within one form."""
    yield from _check_names(form)
    yield from _check_headings(form)
    yield from _check_roles(form)
    for rule in form.rules:
        yield from _check_dates(form, rule)
    yield from _check_texts(form, index)
    if form.document.file == _COVER_DOCUMENT:
        yield from _check_cover(form)


def _check_names(form: FormView) -> Iterator[ContractProblem]:
    raw = form.document.content["schema"][form.path[1]]
    for key, code, name in (("properties", "field_twice", "name"), ("quality", "rule_twice", "id")):
        entries = raw.get(key, ())
        counts = Counter(entry[name] for entry in entries)
        seen: set[str] = set()
        for position, entry in enumerate(entries):
            if counts[entry[name]] > 1 and entry[name] in seen:
                path = (*form.path, key, position)
                yield form.document.build_problem(path, code, name=entry[name], form=form.name)
            seen.add(entry[name])


def _check_headings(form: FormView) -> Iterator[ContractProblem]:
    owners: dict[str, str] = {}
    for field in form.fields.values():
        for heading in field.headings:
            if not _has_only(heading, ("year",)):
                yield form.document.build_problem(field.path, "text_placeholder", value=heading, expected="{year}")
                continue
            if field.is_per_year and "{year}" not in heading:
                yield form.document.build_problem(field.path, "heading_without_year", heading=heading, field=field.name)
            for written in _write_heading(heading, is_per_year=field.is_per_year):
                owner = owners.setdefault(written, field.name)
                if owner != field.name:
                    yield form.document.build_problem(
                        field.path, "heading_twice", heading=written, field=field.name, other=owner, form=form.name
                    )
                    break


def _write_heading(heading: str, *, is_per_year: bool) -> list[str]:
    """Return a heading as it stands in a table, without spaces; in two years where the field has one for each."""
    written_heading = re.sub(r"\s+", "", heading)
    if not is_per_year:
        return [written_heading.replace("{year}", "")]
    return [written_heading.replace("{year}", year) for year in _YEARS]


def _check_roles(form: FormView) -> Iterator[ContractProblem]:
    for field in form.fields.values():
        is_number = field.kind in NUMBER_TYPES
        if field.role in _NUMBER_ROLES and not is_number:
            yield form.document.build_problem(field.path, "role_type", role=field.role, actual=field.kind)
        if field.role in _TEXT_ROLES and field.kind != "string":
            yield form.document.build_problem(field.path, "role_type", role=field.role, actual=field.kind)
    if form.is_table and "quality" not in form.document.content["schema"][form.path[1]]:
        return
    for role in ("serial", "township", "plot"):
        fields = form.list_fields_by_role(role)
        for field in fields[1:]:
            yield form.document.build_problem(field.path, "role_twice", role=role, form=form.name)


def _check_dates(form: FormView, rule: RuleView) -> Iterator[ContractProblem]:
    days: dict[str, date] = {}
    for name in ("since", "until"):
        if name not in rule.properties:
            continue
        try:
            days[name] = date.fromisoformat(str(rule.properties[name]))
        except ValueError:
            value = str(rule.properties[name])
            yield form.document.build_problem(
                (*rule.path, "customProperties"), "date_wrong", rule=rule.id, name=name, value=value
            )
    if "since" in days and "until" in days and days["since"] > days["until"]:
        facts = {"since": days["since"].isoformat(), "until": days["until"].isoformat()}
        yield form.document.build_problem((*rule.path, "customProperties"), "since_after_until", rule=rule.id, **facts)


def _check_texts(form: FormView, index: ContractIndex) -> Iterator[ContractProblem]:
    title_path: Path = (*form.path, "businessName")
    if not _has_only(form.title, ("year",)):
        yield form.document.build_problem(title_path, "text_placeholder", value=form.title, expected="{year}")
    for paragraph in form.properties.get("paragraphs", ()):
        yield from _check_paragraph(form, paragraph["text"], index)


def _check_paragraph(form: FormView, text: str, index: ContractIndex) -> Iterator[ContractProblem]:
    path: Path = (*form.path, "customProperties")
    for placeholder in TOTAL_PLACEHOLDER.finditer(text):
        other = index.forms.get(placeholder["form"])
        if other is None or placeholder["column"] not in other.fields:
            yield form.document.build_problem(path, "paragraph_figure", value=placeholder[0], form=form.name)
    if not _has_only(TOTAL_PLACEHOLDER.sub("", text), _PARAGRAPH_NAMES):
        yield form.document.build_problem(path, "text_placeholder", value=text[:40], expected="{year}、{county}")


def _has_only(text: str, names: tuple[str, ...]) -> bool:
    """Tell whether the placeholders of a text can be filled in from these names."""
    placeholders = list_placeholders(text)
    return placeholders is not None and placeholders <= set(names)


# The sentences of the catalogues are asked about several times, and few of them change between two looks.
@lru_cache(maxsize=16_384)
def list_placeholders(text: str) -> frozenset[str] | None:
    """Return the placeholders of a text, or None if its braces are not in pairs or a name is not plain."""
    try:
        fields = [field for _, field, _, _ in Formatter().parse(text) if field is not None]
    except ValueError:
        return None
    if not all(map(str.isidentifier, fields)):
        return None
    return frozenset(fields)


def _check_cover(form: FormView) -> Iterator[ContractProblem]:
    if form.name != COVER_FORM and form.path[1] == 0:
        yield form.document.build_problem((*form.path, "name"), "cover_name", value=form.name)
        return
    if form.is_table:
        yield form.document.build_problem(form.path, "cover_layout")
    for name in _COVER_FIELDS:
        if name not in form.fields:
            yield form.document.build_problem((*form.path, "properties"), "cover_field", field=name)
    if not form.properties.get("sheetNames"):
        yield form.document.build_problem(form.path, "sheet_names_missing", form=form.name)
