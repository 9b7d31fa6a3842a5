"""The parts of a finished workbook as XML, and the relationships that lead from one part to others."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from lxml import etree

from workbooks.gate.intake_fault import IntakeError
from workbooks.gate.zip_container import Container, refuse_unsafe_xml
from workbooks.ooxml.xml_parts import LxmlElement

MAIN_NAMESPACE: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATIONSHIPS_NAMESPACE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WORKBOOK_PART: Final = "xl/workbook.xml"
_PACKAGE_RELATIONSHIPS: Final = "_rels/.rels"
READING_ERRORS: Final = (IntakeError, etree.LxmlError, KeyError, IndexError, ValueError)
"""What reading raises if a file is not a sound workbook."""


@dataclass(frozen=True, slots=True)
class RelatedParts:
    """The parts that one part refers to: *targets* are target and kind of each relationship by id."""

    container: Container
    name: str
    targets: Mapping[str, tuple[str, str]]

    @classmethod
    def load_for_part(cls, container: Container, name: str) -> Self:
        """Read the relationships of a part; a target outside the workbook is kept as it is written."""
        folder, base = posixpath.split(name)
        relationships_part = posixpath.join(folder, "_rels", f"{base}.rels")
        targets = {}
        if relationships_part in container.names:
            for relationship in parse_part(container, relationships_part):
                kind = relationship.get("Type", "").rsplit("/", 1)[-1]
                targets[relationship.attrib["Id"]] = (_read_target(relationship, folder), kind)
        return cls(container, name, targets)

    def iter_parts(self, kind: str) -> Iterator[tuple[str, LxmlElement]]:
        """Yield name and root element of each part of one kind."""
        for target, target_kind in self.targets.values():
            if target_kind == kind and target in self.container.names:
                yield target, parse_part(self.container, target)


def parse_part(container: Container, name: str) -> LxmlElement:
    """Parse one part; raise one of READING_ERRORS if it is missing, damaged, unsafe or malformed."""
    content = container.unpack_part(name)
    # The container checks only parts with the usual suffixes, but a relationship may lead to a part of any name.
    refuse_unsafe_xml(name, content)
    # A comment or a processing instruction would end the text of its element, and hide what follows.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(content, parser)


def parse_optional_part(container: Container, name: str) -> LxmlElement | None:
    """Parse one part, or return None if the workbook does not have it."""
    if name not in container.names:
        return None
    return parse_part(container, name)


def parse_workbook(container: Container) -> LxmlElement:
    """Parse the workbook part; raise ValueError if spreadsheet programs would open another part instead."""
    for relationship in parse_part(container, _PACKAGE_RELATIONSHIPS):
        kind = relationship.get("Type", "").rsplit("/", 1)[-1]
        if kind == "officeDocument" and _read_target(relationship, "") != WORKBOOK_PART:
            raise ValueError("expected the workbook in xl/workbook.xml, got another part: ask for the signed file")
    return parse_part(container, WORKBOOK_PART)


def parse_workbook_part(container: Container, kind: str) -> LxmlElement | None:
    """Parse the styles or the shared strings that the workbook refers to, as spreadsheet programs do, or return None.

    Raise ValueError if the workbook refers to several.
    """
    parts = list(RelatedParts.load_for_part(container, WORKBOOK_PART).iter_parts(kind))
    if len(parts) > 1:
        raise ValueError(f"expected one part of kind {kind}, got {len(parts)}: ask for the signed file")
    for _, root in parts:
        return root
    return None


def get_local_name(element: LxmlElement) -> str:
    """Return the name of *element* without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]


def join_texts(element: LxmlElement, tag: str) -> str:
    """Join the texts of all elements called *tag* in *element*."""
    return "".join(item.text or "" for item in element.iter(tag))


def _read_target(relationship: LxmlElement, folder: str) -> str:
    target = str(relationship.get("Target", ""))
    if relationship.get("TargetMode") == "External":
        return target
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target))
