"""``hesuan contracts new``: write the skeleton of a form, rule, package or plan, or print it."""

from pathlib import Path

from contracts.contract_library import ContractLibrary
from contracts.lint.skeletons import (
    SkeletonError,
    SkeletonPart,
    build_form,
    build_package,
    build_plan,
    build_rule,
)
from contracts.yaml_files import read_text
from desk.console import print_error, print_line
from desk.error_sentences import load_program_messages
from desk.exit_codes import ExitCode
from desk.output_formats import SkeletonKind


def write_skeleton(
    library: ContractLibrary, folder: Path | None, kind: SkeletonKind, name: str, *, form: str
) -> ExitCode:
    """Write a skeleton into the edited contracts in *folder*, or print it without one; replace nothing."""
    messages = load_program_messages()
    try:
        parts = _build_parts(library, kind, name, form)
    except SkeletonError as error:
        print_error(messages(f"new_contract.{error.code}", name=error.name, path=error.path))
        return ExitCode.REFUSED_ACTION if error.code == "exists" else ExitCode.USAGE
    for part in parts:
        if folder is None:
            print_line(messages("new_contract.printed", path=part.file))
            print_line(part.text)
        else:
            _write_part(folder / part.file, part)
            print_line(messages("new_contract.written", path=str(folder / part.file)))
    if folder is not None:
        print_line(messages("new_contract.hint"))
    return ExitCode.CLEAR


def _build_parts(library: ContractLibrary, kind: SkeletonKind, name: str, form: str) -> tuple[SkeletonPart, ...]:
    if kind is SkeletonKind.FORM:
        return build_form(library, name)
    if kind is SkeletonKind.RULE:
        return build_rule(library, name, form)
    if kind is SkeletonKind.PACKAGE:
        return build_package(library, name)
    return build_plan(library, name)


def _write_part(path: Path, part: SkeletonPart) -> None:
    """Write a new file, or put the text into one that exists."""
    if not part.line:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(part.text)
        return
    lines = read_text(path).splitlines(keepends=True)
    lines.insert(part.line - 1, part.text)
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
