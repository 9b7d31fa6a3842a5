"""All contract files together: what each name refers to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.lint.documents import ContractDocument
from contracts.lint.form_views import FormView, read_forms


@dataclass(frozen=True, slots=True, eq=False)
class ContractIndex:
    """The files without mistakes of structure, by kind, and the forms that they declare by name."""

    documents: tuple[ContractDocument, ...]
    forms: Mapping[str, FormView]
    all_forms: tuple[FormView, ...]

    def list_documents(self, kind: str) -> list[ContractDocument]:
        """Return the files of one kind."""
        return [document for document in self.documents if document.kind == kind]

    def find_document(self, kind: str, stem: str) -> ContractDocument | None:
        """Return the file of one kind with this name, or None."""
        return next((document for document in self.list_documents(kind) if document.stem == stem), None)

    def list_stems(self, kind: str) -> list[str]:
        """Return the names of the files of one kind, without endings."""
        return [document.stem for document in self.list_documents(kind)]

    def iter_packages_with(self, form: str) -> Iterator[Mapping[str, Any]]:
        """Yield the packages that ask for a form."""
        for document in self.list_documents("package"):
            if form in document.content["forms"]:
                yield document.content


def build_index(documents: Iterable[ContractDocument]) -> ContractIndex:
    """Return the index of files that have no mistakes of structure."""
    documents = tuple(documents)
    forms: list[FormView] = []
    for document in documents:
        if document.kind == "form":
            forms += read_forms(document)
    return ContractIndex(documents, {form.name: form for form in forms}, tuple(forms))


def get_province(package: Mapping[str, Any]) -> str:
    """Return the two-digit code of a package's province."""
    if "county" in package:
        return str(package["county"])[:2]
    return str(package["province"])
