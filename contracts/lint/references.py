"""What one contract file names in another: forms, plans, registers, measures, columns, states, levels."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from contracts.form_model import TOTAL_PLACEHOLDER
from contracts.lint.documents import ContractDocument
from contracts.lint.form_views import FormView
from contracts.lint.index import ContractIndex, get_province
from contracts.lint.problems import ContractProblem, Path
from contracts.lint.structure import find_similar

_ID_KINDS: Final = ("package", "plan", "register", "procedure")
_COVER: Final = "cover"
_CITY_DIGITS: Final = 4  # a city without counties is its own county


def check_references(index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield what the files name that does not exist, and what two of them say of one thing."""
    yield from _check_ids(index)
    yield from _check_form_names(index)
    for document in index.list_documents("package"):
        yield from _check_package(document.content, document.stem, index)
    yield from _check_overlaps(index)
    yield from _check_filing(index)
    yield from _check_registers(index)
    yield from _check_plans(index)
    yield from _check_examples(index)
    for form in index.all_forms:
        yield from _check_rule_measures(form, index)


def _check_ids(index: ContractIndex) -> Iterator[ContractProblem]:
    for kind in _ID_KINDS:
        for document in index.list_documents(kind):
            if document.content["id"] != document.stem:
                value = str(document.content["id"])
                yield document.build_problem(("id",), "id_differs", value=value, expected=document.stem)


def _check_form_names(index: ContractIndex) -> Iterator[ContractProblem]:
    places: dict[str, FormView] = {}
    for form in index.all_forms:
        first = places.setdefault(form.name, form)
        if first is not form:
            yield form.document.build_problem(
                (*form.path, "name"), "form_twice", name=form.name, other=first.document.file
            )


def _check_package(package: Mapping[str, Any], stem: str, index: ContractIndex) -> Iterator[ContractProblem]:
    document = index.find_document("package", stem)
    if document is None:
        return
    for position, name in enumerate(package["forms"]):
        if name not in index.forms:
            expected = find_similar(name, index.forms) or "、".join(sorted(index.forms))
            yield document.build_problem(("forms", position), "form_unknown", value=name, expected=expected)
        else:
            yield from _check_quoted_forms(document, index.forms[name], package["forms"], position)
    if _COVER not in package["forms"]:
        yield document.build_problem(("forms",), "package_without_cover")
    for key in ("register", "plan", "procedure"):
        name = package.get(key)
        if name is not None and index.find_document(key, name) is None:
            expected = "、".join(index.list_stems(key)) or "—"
            yield document.build_problem((key,), "file_not_found", key=key, value=str(name), expected=expected)
    register = index.find_document("register", package["register"])
    if register is not None:
        yield from _check_area(package, stem, register.content, index)
    plan = index.find_document("plan", str(package.get("plan")))
    if plan is not None:
        years = [year for year in package["years"] if year not in plan.content["years"]]
        if years:
            yield document.build_problem(
                ("years",), "years_not_planned", years="、".join(map(str, years)), plan=plan.stem
            )


def _check_quoted_forms(
    document: ContractDocument, form: FormView, form_names: Sequence[str], position: int
) -> Iterator[ContractProblem]:
    """Yield the forms whose figures the paragraphs of a form quote, and that the package does not ask for."""
    quoted: dict[str, None] = {}
    for paragraph in form.properties.get("paragraphs", ()):
        for placeholder in TOTAL_PLACEHOLDER.finditer(paragraph["text"]):
            quoted[placeholder["form"]] = None
    for name in quoted:
        if name not in form_names:
            yield document.build_problem(("forms", position), "quoted_form", value=form.name, expected=name)


def _check_area(
    package: Mapping[str, Any], stem: str, register: Mapping[str, Any], index: ContractIndex
) -> Iterator[ContractProblem]:
    document = index.find_document("package", stem)
    if document is None:
        return
    if "county" in package and str(package["county"]) not in register["counties"]:
        yield document.build_problem(
            ("county",), "county_unknown", value=str(package["county"]), register=package["register"]
        )
    elif get_province(package) not in register["provinces"]:
        yield document.build_problem(
            ("register",), "province_unknown", value=get_province(package), register=package["register"]
        )


def _check_overlaps(index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield the pairs of packages that both apply to one county, or to one province, in one year."""
    for first, second in combinations(index.list_documents("package"), 2):
        years = sorted({*first.content["years"]} & {*second.content["years"]})
        owner = _get_owner(first.content)
        if years and owner == _get_owner(second.content):
            facts = {"code": owner, "years": "、".join(map(str, years))}
            yield first.build_problem(("years",), "package_twice", **facts, other=second.file)
            yield second.build_problem(("years",), "package_twice", **facts, other=first.file)


def _get_owner(package: Mapping[str, Any]) -> str:
    return str(package.get("county") or package.get("province"))


def _check_filing(index: ContractIndex) -> Iterator[ContractProblem]:
    for document in index.list_documents("filing"):
        for position, table in enumerate(document.content["tables"]):
            for place, column in enumerate(table["columns"]):
                path: Path = ("tables", position, "columns", place)
                yield from _check_column_of(document.stem, path, table["form"], column, index)
        for position, target in enumerate(document.content["targets"]):
            yield from _check_column_of(
                document.stem, ("targets", position, "column"), target["form"], target["column"], index
            )


def _check_column_of(
    stem: str, path: Path, form_name: str, column: str, index: ContractIndex
) -> Iterator[ContractProblem]:
    document = index.find_document("filing", stem)
    form = index.forms.get(form_name)
    if document is None:
        return
    if form is None:
        expected = find_similar(form_name, index.forms) or "、".join(sorted(index.forms))
        yield document.build_problem(path[:2], "form_unknown", value=form_name, expected=expected)
    elif column not in form.fields:
        expected = find_similar(column, form.fields) or "、".join(form.fields)
        yield document.build_problem(path, "column_unknown", value=column, form=form_name, expected=expected)


def _check_registers(index: ContractIndex) -> Iterator[ContractProblem]:
    for document in index.list_documents("register"):
        for code, county in document.content["counties"].items():
            path: Path = ("counties", code)
            if str(county["city"]) not in document.content["cities"]:
                yield document.build_problem((*path, "city"), "city_unknown", value=str(county["city"]))
            names = list(county["townships"].values())
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield document.build_problem((*path, "townships"), "township_twice", name=name)
            for township in county["townships"]:
                if not township.startswith(code[:_CITY_DIGITS]):
                    yield document.build_problem(
                        (*path, "townships", township), "township_code", code=code, value=township
                    )
            for end, new in _list_new_names(county):
                if new not in names:
                    yield document.build_problem((*path, *end), "township_unknown", value=new)


def _list_new_names(county: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the names that townships of earlier editions have now, with their places in the county's entry."""
    for old, new in county.get("former", {}).items():
        yield ("former", old), new
    for position, succession in enumerate(county.get("successions", ())):
        for new in succession["to"]:
            yield ("successions", position, "to"), new


def _check_plans(index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield the townships of a plan that the register of its packages lacks."""
    for document in index.list_documents("package"):
        plan = index.find_document("plan", str(document.content.get("plan")))
        register = index.find_document("register", document.content["register"])
        if plan is None or register is None:
            continue
        county = register.content["counties"].get(str(plan.content["county"]))
        if county is None:
            yield plan.build_problem(
                ("county",), "county_unknown", value=str(plan.content["county"]), register=register.stem
            )
            continue
        for measure_id, measure in plan.content["measures"].items():
            for township in measure["townships"]:
                if township not in county["townships"].values():
                    path = ("measures", measure_id, "townships", township)
                    yield plan.build_problem(path, "township_unknown", value=township)


def _check_examples(index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield the examples of rules that no file declares."""
    known = {rule.id for form in index.all_forms for rule in form.rules}
    for document in index.list_documents("examples"):
        for position, example in enumerate(document.content["examples"]):
            if example["rule"] not in known:
                yield document.build_warning(("examples", position, "rule"), "example_rule", value=example["rule"])


def _check_rule_measures(form: FormView, index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield the rules that ask for a measure that the plan of a package with their form lacks."""
    for package in index.iter_packages_with(form.name):
        plan = index.find_document("plan", str(package.get("plan")))
        for rule in form.rules:
            measure = rule.arguments.get("measure")
            if measure is not None and plan is not None and measure not in plan.content["measures"]:
                expected = "、".join(plan.content["measures"])
                yield form.document.build_problem(
                    (*rule.path, "implementation", "measure"), "measure_unknown",
                    rule=rule.id, value=str(measure), plan=plan.stem, expected=expected,
                )  # fmt: skip
