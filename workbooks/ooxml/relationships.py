"""Which part of a workbook refers to which other."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from workbooks.ooxml.xml_parts import LxmlElement, add_child, parse_xml, write_xml
from workbooks.ooxml.zip_package import ZipPackage

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


def list_relationships(package: ZipPackage, part: str) -> list[Relationship]:
    """Return the references of *part* to other parts; what lies outside the file is left out."""
    if (name := get_rels_name(part)) not in package:
        return []
    return [
        Relationship(item.get("Id", ""), item.get("Type", "").rpartition("/")[2], _resolve_target(package, part, item))
        for item in parse_xml(package.get_part(name)).iterchildren("{*}Relationship")
        if item.get("TargetMode") != "External"
    ]


def find_related_part(package: ZipPackage, part: str, kind: str) -> str | None:
    """Return the first part of that kind that *part* refers to and that is there."""
    found = (item.target for item in list_relationships(package, part) if item.kind == kind)
    return next((target for target in found if target in package), None)


def add_relationship(package: ZipPackage, part: str, kind: str, target: str) -> str:
    """Let *part* refer to *target* and return the id of the reference."""
    name = get_rels_name(part)
    listing = parse_xml(package.get_part(name) if name in package else _EMPTY_RELATIONSHIPS)
    used = {item.get("Id") for item in listing.iterchildren("*")}
    new = next(key for number in range(1, len(used) + 2) if (key := f"rId{number}") not in used)
    inward = posixpath.relpath(target, posixpath.dirname(part) or ".")
    add_child(listing, "Relationship", Id=new, Type=f"{find_office_namespace(package)}/{kind}", Target=inward)
    package.store_part(name, write_xml(listing))
    return new


def remove_relationship(package: ZipPackage, part: str, relationship_id: str) -> None:
    """Drop one reference of *part*."""
    listing = parse_xml(package.get_part(get_rels_name(part)))
    for item in listing.findall("{*}Relationship"):
        if item.get("Id") == relationship_id:
            listing.remove(item)
    package.store_part(get_rels_name(part), write_xml(listing))


def remove_references_to(package: ZipPackage, part: str, target: str) -> None:
    """Let *part* no longer refer to *target*; it goes where nothing else refers to it."""
    for item in list_relationships(package, part):
        if item.target == target:
            remove_relationship(package, part, item.id)
    if target not in set(_iter_targets(package)):
        package.drop_part(target)
    if not list_relationships(package, part) and b"TargetMode" not in package.get_part(get_rels_name(part)):
        package.drop_part(get_rels_name(part))


def find_office_namespace(package: ZipPackage) -> str:
    """Return the namespace of references, which tells the strict form of the format from the usual one."""
    for item in parse_xml(package.get_part("_rels/.rels")).iterchildren("{*}Relationship"):
        space, _, kind = item.get("Type", "").rpartition("/")
        if kind == "officeDocument":
            return str(space)
    raise ValueError("expected a workbook in '_rels/.rels', got none: check the file before marking it")


def drop_references(package: ZipPackage, part: str) -> None:
    """Drop the references of *part*, and the parts that nothing else refers to."""
    own = {item.target for item in list_relationships(package, part)}
    package.drop_part(get_rels_name(part))
    for target in sorted(own - set(_iter_targets(package))):
        package.drop_part(target)


def _iter_targets(package: ZipPackage) -> Iterator[str]:
    for name in package.list_names():
        if name.endswith(".rels"):
            folder, listing = posixpath.split(name)
            owner = posixpath.join(posixpath.dirname(folder), listing.removesuffix(".rels"))
            yield from (item.target for item in list_relationships(package, owner))


def _resolve_target(package: ZipPackage, part: str, item: LxmlElement) -> str:
    joined = posixpath.join("/", posixpath.dirname(part), item.get("Target", ""))
    written = posixpath.normpath(joined).lstrip("/")
    return written if written in package else unquote(written)
