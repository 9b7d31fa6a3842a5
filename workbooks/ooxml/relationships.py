"""The relationships of an OOXML package: which part refers to which other (ECMA-376 part 2)."""

import posixpath
from collections.abc import Container, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from workbooks.ooxml.xml_parts import LxmlElement, add_child, parse_xml, write_xml
from workbooks.ooxml.zip_package import CONTENT_TYPES, RELATIONSHIPS_TYPE, ZipPackage

_EMPTY_RELATIONSHIPS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'


@dataclass(frozen=True, slots=True)
class Relationship:
    """A part's reference to another: *kind* is the last word of its type, *target* the name of a part."""

    id: str
    kind: str
    target: str


def get_rels_name(part: str) -> str:
    """Return the name of the part that lists the references of *part*."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def get_relationship_id(element: LxmlElement) -> str:
    """Return the r:id of *element* in either form of the format, or an empty text if it has none."""
    for name, value in element.attrib.items():
        if name.endswith("}id"):
            return str(value)
    return ""


def list_relationships(package: ZipPackage, part: str) -> list[Relationship]:
    """Return the references of *part* to other parts; targets outside the file are left out."""
    relationships = []
    for item in _load_listing(package, part).iterchildren("{*}Relationship"):
        if item.get("TargetMode") != "External":
            kind = item.get("Type", "").rpartition("/")[2]
            target = _resolve_target(package, part, item)
            relationships.append(Relationship(item.get("Id", ""), kind, target))
    return relationships


def find_related_part(package: ZipPackage, part: str, kind: str) -> str | None:
    """Return the first part of *kind* that *part* refers to and that the file has, or None."""
    for relationship in list_relationships(package, part):
        if relationship.kind == kind and relationship.target in package:
            return relationship.target
    return None


def add_relationship(package: ZipPackage, part: str, kind: str, target: str) -> str:
    """Add a reference from *part* to *target* and return its id."""
    listing = _load_listing(package, part)
    new_id = _choose_free_id({item.get("Id") for item in listing.iterchildren("*")})
    relative_target = posixpath.relpath(target, posixpath.dirname(part) or ".")
    relationship_type = f"{find_office_namespace(package)}/{kind}"
    add_child(listing, "Relationship", Id=new_id, Type=relationship_type, Target=relative_target)
    package.store_part(get_rels_name(part), write_xml(listing))
    package.declare_default_type("rels", RELATIONSHIPS_TYPE)
    return new_id


def remove_relationship(package: ZipPackage, part: str, relationship_id: str) -> None:
    """Remove one reference of *part*."""
    listing = parse_xml(package.get_part(get_rels_name(part)))
    for item in listing.findall("{*}Relationship"):
        if item.get("Id") == relationship_id:
            listing.remove(item)
    package.store_part(get_rels_name(part), write_xml(listing))


def drop_relationships(package: ZipPackage, part: str, kind: str) -> None:
    """Remove the references of *part* that are of *kind*, even to missing parts, and what no other part refers to."""
    for relationship in list_relationships(package, part):
        if relationship.kind == kind:
            remove_relationship(package, part, relationship.id)
            _drop_unused(package, relationship.target)


def remove_references_to(package: ZipPackage, part: str, target: str) -> None:
    """Remove the references of *part* to *target*, and *target* itself if no other part refers to it."""
    for relationship in list_relationships(package, part):
        if relationship.target == target:
            remove_relationship(package, part, relationship.id)
    _drop_unused(package, target)
    if not list_relationships(package, part) and b"TargetMode" not in package.get_part(get_rels_name(part)):
        package.drop_part(get_rels_name(part))


def find_office_namespace(package: ZipPackage) -> str:
    """Return the namespace of relationship types, which differs between the strict and the transitional format.

    Raise ValueError if the package holds no workbook.
    """
    for item in parse_xml(package.get_part("_rels/.rels")).iterchildren("{*}Relationship"):
        namespace, _, kind = item.get("Type", "").rpartition("/")
        if kind == "officeDocument":
            return str(namespace)
    raise ValueError("expected a workbook in '_rels/.rels', got none: check the file before marking it")


def drop_references(package: ZipPackage, part: str) -> None:
    """Remove all references of *part*, and the parts that no other part refers to."""
    targets = {relationship.target for relationship in list_relationships(package, part)}
    package.drop_part(get_rels_name(part))
    for target in sorted(targets):
        _drop_unused(package, target)


def _drop_unused(package: ZipPackage, target: str) -> None:
    """Remove a part that no other part refers to, unless it belongs to the package itself."""
    is_internal = target == CONTENT_TYPES or target.endswith(".rels")
    if not is_internal and target not in set(_iter_targets(package)):
        package.drop_part(target)


def _load_listing(package: ZipPackage, part: str) -> LxmlElement:
    """Return the list of references of *part*, an empty one if it has none."""
    name = get_rels_name(part)
    if name not in package:
        return parse_xml(_EMPTY_RELATIONSHIPS)
    return parse_xml(package.get_part(name))


def _choose_free_id(used_ids: Container[str]) -> str:
    number = 1
    while f"rId{number}" in used_ids:
        number += 1
    return f"rId{number}"


def _iter_targets(package: ZipPackage) -> Iterator[str]:
    """Yield every part that some part of the package refers to."""
    for name in package.list_names():
        if name.endswith(".rels"):
            folder, listing_name = posixpath.split(name)
            part = posixpath.join(posixpath.dirname(folder), listing_name.removesuffix(".rels"))
            for relationship in list_relationships(package, part):
                yield relationship.target


def _resolve_target(package: ZipPackage, part: str, item: LxmlElement) -> str:
    joined = posixpath.join("/", posixpath.dirname(part), item.get("Target", ""))
    target = posixpath.normpath(joined).lstrip("/")
    if target not in package:
        return unquote(target)
    return target
