"""Which part of a workbook refers to which other."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from workbooks.ooxml.xml_parts import Element, add, parse, serialised
from workbooks.ooxml.zip_package import Package

_EMPTY = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'


@dataclass(frozen=True, slots=True)
class Relationship:
    """A part's reference to another: *kind* is the last word of its type, *target* the name of a part."""

    id: str
    kind: str
    target: str


def listing_of(part: str) -> str:
    """Return the name of the part that lists the references of *part*."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relationships(package: Package, part: str) -> list[Relationship]:
    """Return the references of *part* to other parts; what lies outside the file is left out."""
    if (name := listing_of(part)) not in package:
        return []
    return [
        Relationship(item.get("Id", ""), item.get("Type", "").rpartition("/")[2], _target(package, part, item))
        for item in parse(package.content(name)).iterchildren("{*}Relationship")
        if item.get("TargetMode") != "External"
    ]


def related(package: Package, part: str, kind: str) -> str | None:
    """Return the first part of that kind that *part* refers to and that is there."""
    found = (item.target for item in relationships(package, part) if item.kind == kind)
    return next((target for target in found if target in package), None)


def relate(package: Package, part: str, kind: str, target: str) -> str:
    """Let *part* refer to *target* and return the id of the reference."""
    name = listing_of(part)
    listing = parse(package.content(name) if name in package else _EMPTY)
    used = {item.get("Id") for item in listing.iterchildren("*")}
    new = next(key for number in range(1, len(used) + 2) if (key := f"rId{number}") not in used)
    inward = posixpath.relpath(target, posixpath.dirname(part) or ".")
    add(listing, "Relationship", Id=new, Type=f"{office_namespace(package)}/{kind}", Target=inward)
    package.put(name, serialised(listing))
    return new


def unrelate(package: Package, part: str, reference: str) -> None:
    """Drop one reference of *part*."""
    listing = parse(package.content(listing_of(part)))
    for item in listing.findall("{*}Relationship"):
        if item.get("Id") == reference:
            listing.remove(item)
    package.put(listing_of(part), serialised(listing))


def unrelated(package: Package, part: str, target: str) -> None:
    """Let *part* no longer refer to *target*; it goes where nothing else refers to it."""
    for item in relationships(package, part):
        if item.target == target:
            unrelate(package, part, item.id)
    if target not in set(_all_targets(package)):
        package.drop(target)
    if not relationships(package, part) and b"TargetMode" not in package.content(listing_of(part)):
        package.drop(listing_of(part))


def office_namespace(package: Package) -> str:
    """Return the namespace of references, which tells the strict form of the format from the usual one."""
    for item in parse(package.content("_rels/.rels")).iterchildren("{*}Relationship"):
        space, _, kind = item.get("Type", "").rpartition("/")
        if kind == "officeDocument":
            return str(space)
    raise ValueError("expected a workbook in '_rels/.rels', got none: check the file before marking it")


def forget_references(package: Package, part: str) -> None:
    """Drop the references of *part*, and the parts that nothing else refers to."""
    own = {item.target for item in relationships(package, part)}
    package.drop(listing_of(part))
    for target in sorted(own - set(_all_targets(package))):
        package.drop(target)


def _all_targets(package: Package) -> Iterator[str]:
    for name in package.names():
        if name.endswith(".rels"):
            folder, listing = posixpath.split(name)
            owner = posixpath.join(posixpath.dirname(folder), listing.removesuffix(".rels"))
            yield from (item.target for item in relationships(package, owner))


def _target(package: Package, part: str, item: Element) -> str:
    joined = posixpath.join("/", posixpath.dirname(part), item.get("Target", ""))
    written = posixpath.normpath(joined).lstrip("/")
    return written if written in package else unquote(written)
