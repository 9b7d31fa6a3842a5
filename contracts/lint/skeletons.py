"""The skeletons of a form, a rule, a package and a plan: contract files to begin from, which lint accepts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from textwrap import dedent, indent
from typing import Any, Final

import yaml

from contracts.contract_library import ContractLibrary
from contracts.errors import PortableError
from contracts.lint.documents import ContractDocument, find_line, read_documents
from contracts.lint.form_views import FormView
from contracts.lint.index import ContractIndex, build_index
from contracts.lint.structure import check_structure
from contracts.packages import Package
from contracts.plans import Plan, load_plan
from contracts.yaml_files import load_yaml, read_text

_FOLDER: Final = Path(__file__).parent
_COVER_FORM: Final = "cover"
_FORM_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_RULE_NAME: Final = re.compile(r"[A-Z]{1,3}[0-9]{2,3}")
_AREA_AND_YEARS: Final = re.compile(r"([0-9]{6}|[0-9]{2})-((?:19|2[0-9])[0-9]{2})(?:-((?:19|2[0-9])[0-9]{2}))?")
_COUNTY_DIGITS: Final = 6
_MODEL_RULE: Final = "F16"  # says that a column is empty, as the rule of the skeleton does


class SkeletonError(PortableError):
    """A skeleton cannot be written; *code* tells why: ``name``, ``exists``, ``form``, ``county`` or ``no_plan``."""

    def __init__(self, code: str, name: str, path: str = "") -> None:
        super().__init__(f"{code}: {name}")
        self.code = code
        self.name = name
        self.path = path


class _PlainDumper(yaml.SafeDumper):
    """Writes equal figures out each time, not as references."""

    def ignore_aliases(self, data: object) -> bool:
        """Return that nothing is written as a reference."""
        del data
        return True


@dataclass(frozen=True, slots=True)
class SkeletonPart:
    """A text for *file*: the whole of a new file, or what goes before line *line* (from 1) of one that exists."""

    file: str
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class _Area:
    """The area and the years that a name such as 530113-2027-2029 tells."""

    code: str
    years: tuple[int, ...]


def build_form(library: ContractLibrary, name: str) -> tuple[SkeletonPart, ...]:
    """Return a new form of townships; raise `SkeletonError` if the name is none or taken."""
    if not _FORM_NAME.fullmatch(name):
        raise SkeletonError("name", name)
    for form in _build_index(library).all_forms:
        if form.name == name:
            raise SkeletonError("exists", name, form.document.file)
    return (SkeletonPart(f"forms/{name}.odcs.yaml", _fill("form", name=name, id=name.replace("_", "-"))),)


def build_rule(library: ContractLibrary, rule: str, form: str) -> tuple[SkeletonPart, ...]:
    """Return a new rule on trial for a form, and its sentences; raise `SkeletonError` if it cannot stand there."""
    if not _RULE_NAME.fullmatch(rule):
        raise SkeletonError("name", rule)
    index = _build_index(library)
    for owner in index.all_forms:
        if rule in (known.id for known in owner.rules):
            raise SkeletonError("exists", rule, owner.document.file)
    view = index.forms.get(form)
    if view is None or not view.rules:
        raise SkeletonError("form", form)
    parts = [_build_entry(view, rule)]
    for document in index.list_documents("messages"):
        sentences = document.content["rule"]
        if rule in sentences:
            raise SkeletonError("exists", rule, document.file)
        text = yaml.safe_dump({rule: sentences[_MODEL_RULE]}, allow_unicode=True, sort_keys=False, width=10_000)
        first_line = find_line(document.text, ("rule", next(iter(sentences))))
        parts.append(_place_before(document, first_line, text))
    return tuple(parts)


def _build_entry(view: FormView, rule: str) -> SkeletonPart:
    column = next(iter(view.fields))
    line = find_line(view.document.text, (*view.path, "quality", 0))
    return _place_before(view.document, line, _fill("rule", name=rule, column=column))


def _place_before(document: ContractDocument, line: int, text: str) -> SkeletonPart:
    """Return a text that goes before a line, as far to the right: a file may have been indented anew."""
    shown = document.text.splitlines()[line - 1]
    margin = shown[: len(shown) - len(shown.lstrip())]
    return SkeletonPart(document.file, indent(dedent(text), margin), line)


def build_plan(library: ContractLibrary, name: str) -> tuple[SkeletonPart, ...]:
    """Return a new plan of a county with the townships of its register, every figure zero."""
    area = _parse_area(name)
    if len(area.code) != _COUNTY_DIGITS:
        raise SkeletonError("name", name)
    register = library.get_register(_find_register(library, area.code))
    file = f"plans/{name}.yaml"
    if (library.root / file).exists():
        raise SkeletonError("exists", name, file)
    words = load_yaml(_FOLDER / "plan_skeleton.yaml")
    zeros = dict.fromkeys(map(str, area.years), 0)
    townships: dict[str, Mapping[str, int]] = {}
    for township in register.counties[area.code].townships.values():
        townships[township] = {**zeros, "total": 0}
    measures: dict[str, Any] = {}
    for measure, title in (_find_measures(library, area.code) or words["names"]).items():
        figures = {"total": 0, "by_year": zeros, "townships": townships}
        measures[measure] = {"name": title, **words["measure"], **figures}
    head = {"id": name, "county": area.code, "issued": f"{area.years[0]}-01-01", "years": list(area.years)}
    return (_dump(file, {**head, **words["plan"], "measures": measures}),)


def build_package(library: ContractLibrary, name: str) -> tuple[SkeletonPart, ...]:
    """Return a new package: the forms of the package before it, the plan on file for all of its years.

    A code of six digits is a county, one of two a province. Without a package before it, there is the cover alone.
    """
    area = _parse_area(name)
    register = _find_register(library, area.code)
    known = [package for package in library.list_packages() if _is_of(package, area.code)]
    for package in known:
        if package.id == name or not set(area.years).isdisjoint(package.years):
            raise SkeletonError("exists", name, f"packages/{package.id}.yaml")
    model = max(known, key=lambda package: max(package.years), default=None)
    plan = _find_plan(library, area)
    if model is not None and model.plan and plan is None:
        raise SkeletonError("no_plan", name)
    content = {
        "id": name,
        "procedure": model.procedure if model else library.list_procedures()[0].id,
        "county" if len(area.code) == _COUNTY_DIGITS else "province": area.code,
        "years": list(area.years),
        "plan": plan,
        "register": register,
        "forms": list(model.forms) if model else [_COVER_FORM],
    }
    return (_dump(f"packages/{name}.yaml", content),)


def _parse_area(name: str) -> _Area:
    match = _AREA_AND_YEARS.fullmatch(name)
    if match is None:
        raise SkeletonError("name", name)
    code, first, last = match.groups()
    years = tuple(range(int(first), int(last or first) + 1))
    if not years:
        raise SkeletonError("name", name)
    return _Area(code, years)


def _find_register(library: ContractLibrary, code: str) -> str:
    """Return the id of the newest register that has a county, or counties of a province."""
    newest: tuple[int, str] | None = None
    for register in library.list_registers():
        if code in register.counties or code in register.provinces:
            newest = max(newest or (0, ""), (register.edition, register.id))
    if newest is None:
        raise SkeletonError("county", code)
    return newest[1]


def _is_of(package: Package, code: str) -> bool:
    return code == (package.county or package.province)


def _list_plans(library: ContractLibrary, code: str) -> list[Plan]:
    """Return the plans of a county, the newest first."""
    plans = []
    for path in (library.root / "plans").glob("*.yaml"):
        plan = load_plan(path)
        if plan.county == code:
            plans.append(plan)
    return sorted(plans, key=lambda plan: max(plan.years), reverse=True)


def _find_plan(library: ContractLibrary, area: _Area) -> str | None:
    for plan in _list_plans(library, area.code):
        if set(area.years) <= set(plan.years):
            return plan.id
    return None


def _find_measures(library: ContractLibrary, code: str) -> dict[str, str]:
    """Return the measures of a county's newest plan, id to name; none without a plan."""
    names: dict[str, str] = {}
    for plan in _list_plans(library, code)[:1]:
        for measure in plan.measures.values():
            names[measure.id] = measure.name
    return names


def _build_index(library: ContractLibrary) -> ContractIndex:
    return build_index(_iter_sound_documents(library))


def _iter_sound_documents(library: ContractLibrary) -> Iterator[ContractDocument]:
    for document in read_documents(library):
        if isinstance(document, ContractDocument) and not check_structure(document):
            yield document


def _fill(kind: str, **facts: str) -> str:
    return Template(read_text(_FOLDER / f"{kind}_skeleton.yaml")).substitute(facts)


def _dump(file: str, content: Mapping[str, Any]) -> SkeletonPart:
    text = yaml.dump(content, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=10_000)
    return SkeletonPart(file, text)
