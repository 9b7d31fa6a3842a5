"""Compare two contracts folders file by file."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

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
from contracts.comparison.form_differences import compare_forms
from contracts.contract_library import ContractLibrary
from contracts.lint.documents import ContractDocument, read_documents
from contracts.lint.form_views import FormView
from contracts.lint.index import ContractIndex, build_index
from contracts.lint.problems import ContractProblem, InvalidContractsError
from contracts.lint.structure import check_structure

_SUBJECT_BY_KIND: Final[Mapping[str, Subject]] = {
    "plan": Subject.TARGET,
    "register": Subject.REGISTER,
    "package": Subject.PACKAGE,
    "messages": Subject.SENTENCE,
}


def compare_contracts(old: ContractLibrary, new: ContractLibrary) -> tuple[Difference, ...]:
    """Return every difference, by file; raise `InvalidContractsError` if a file of one of them cannot be read."""
    before, after = _read_index(old), _read_index(new)
    return (*_compare_all_forms(before, after), *_compare_files(before, after))


def _read_index(library: ContractLibrary) -> ContractIndex:
    problems: list[ContractProblem] = []
    documents: list[ContractDocument] = []
    for document in read_documents(library):
        if isinstance(document, ContractProblem):
            problems.append(document)
            continue
        documents.append(document)
        if document.kind == "form":
            problems += check_structure(document)
    # An older set may lack files that came later; it can be compared all the same.
    unreadable = [problem for problem in problems if problem.code not in ("file_missing", "standard_version")]
    if unreadable:
        raise InvalidContractsError(unreadable)
    return build_index(documents)


def _compare_all_forms(before: ContractIndex, after: ContractIndex) -> Iterator[Difference]:
    for name in dict.fromkeys((*before.forms, *after.forms)):
        old_form, new_form = before.forms.get(name), after.forms.get(name)
        if old_form is not None and new_form is not None:
            yield from compare_forms(old_form, new_form)
        elif new_form is not None:
            yield _build_whole_form(new_form, Change.ADDED)
        elif old_form is not None:
            yield _build_whole_form(old_form, Change.REMOVED)


def _build_whole_form(form: FormView, change: Change) -> Difference:
    is_new = change is Change.ADDED
    return Difference(
        subject=Subject.FORM,
        change=change,
        file=form.document.file,
        place=form.name,
        before="" if is_new else form.title,
        after=form.title if is_new else "",
    )


def _compare_files(before: ContractIndex, after: ContractIndex) -> Iterator[Difference]:
    """Yield the differences of all files but those of forms, value by value."""
    old_files, new_files = _map_files(before), _map_files(after)
    for file in sorted({*old_files, *new_files}):
        old_document, new_document = old_files.get(file), new_files.get(file)
        document = new_document or old_document
        if document is None or document.kind == "examples":
            continue
        old_content = old_document.content if old_document else {}
        new_content = new_document.content if new_document else {}
        for path, old_value, new_value in pair_leaves(old_content, new_content):
            subject = _SUBJECT_BY_KIND.get(document.kind, Subject.SETTING)
            yield Difference(
                subject=subject,
                change=choose_change(old_value, new_value),
                file=file,
                place=".".join(path),
                before=format_leaf(old_value),
                after=format_leaf(new_value),
                stricter=_judge_target(subject, path, old_value, new_value),
            )


def _map_files(index: ContractIndex) -> dict[str, ContractDocument]:
    return {document.file: document for document in index.documents if document.kind != "form"}


def _judge_target(subject: Subject, path: tuple[str, ...], before: object, after: object) -> Stricter:
    """Return the plan with the higher target."""
    if subject is not Subject.TARGET or "measures" not in path[:1]:
        return Stricter.UNKNOWN
    try:
        old_amount, new_amount = Decimal(str(before or 0)), Decimal(str(after or 0))
    except InvalidOperation:
        return Stricter.UNKNOWN
    return say_stricter(is_new=new_amount > old_amount)
