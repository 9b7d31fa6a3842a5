"""Name what a workbook holds besides figures: macros, embedded documents and programs, links to other files."""

import re
from collections.abc import Iterator
from typing import Final

from workbooks.gate.intake_fault import format_part_name
from workbooks.gate.xml_events import parse_elements
from workbooks.gate.zip_container import Container

_PARTS_BY_KIND: Final = {
    "macro": re.compile(r"(?i)(?:^|/)vbaProject\.bin$|^xl/macrosheets/[^/]+$"),
    "embedded": re.compile(r"(?i)^xl/(?:embeddings|activeX)/[^/]+(?<!\.rels)$"),
}
_LINK_LISTING: Final = re.compile(r"(?i)^xl/(?:[^/]+/)?_rels/[^/]+\.rels$")
# A picture may be fetched from elsewhere as well.
_LINK_KINDS: Final = frozenset({"externalLink", "externalLinkPath", "xlExternalLinkPath", "oleObject", "image"})
_LINK_PART: Final = re.compile(r"(?i)^xl/externalLinks/[^/]+\.xml$")
_WORKBOOK_PART: Final = "xl/workbook.xml"
_REMOTE_NAME: Final = re.compile(
    rb"""<(?:\w+:)?definedName\b[^<>]*\bname\s*=\s*["']([^"'<>]*)["'][^<>]*>[^<]*\b(?:WEBSERVICE|RTD|CALL|REGISTER\.ID)\s*\("""
)
_MAX_NAMES: Final = 20
_MAX_NAME_LENGTH: Final = 80


def find_foreign_content(container: Container) -> dict[str, list[str]]:
    """Return the names of parts, of linked files and programs, and of names whose formula asks the network, by kind.

    The kinds are macro, embedded, link and remote_names; at most twenty of each are returned.
    """
    names_by_kind: dict[str, list[str]] = {}
    for kind, pattern in _PARTS_BY_KIND.items():
        names_by_kind[kind] = [format_part_name(name) for name in filter(pattern.search, sorted(container.names))]
    names_by_kind["link"] = sorted({*_iter_linked_files(container), *_iter_linked_programs(container)})
    names_by_kind["remote_names"] = _list_remote_names(container)
    return {kind: names[:_MAX_NAMES] for kind, names in names_by_kind.items() if names}


def _iter_linked_files(container: Container) -> Iterator[str]:
    for listing in filter(_LINK_LISTING.search, sorted(container.names)):
        for element in parse_elements(listing, container.unpack_part(listing)):
            kind = element.attributes.get("Type", "").rpartition("/")[2]
            if element.attributes.get("TargetMode") == "External" and kind in _LINK_KINDS:
                yield element.attributes.get("Target", "")[:_MAX_NAME_LENGTH]


def _iter_linked_programs(container: Container) -> Iterator[str]:
    """Yield the programs that the workbook asks for values by DDE, as ``program|topic``."""
    for part in filter(_LINK_PART.search, sorted(container.names)):
        for element in parse_elements(part, container.unpack_part(part), wanted_names=frozenset({"ddeLink"})):
            program, topic = element.attributes.get("ddeService", ""), element.attributes.get("ddeTopic", "")
            yield f"{program}|{topic}"[:_MAX_NAME_LENGTH]


def _list_remote_names(container: Container) -> list[str]:
    names = _REMOTE_NAME.findall(container.unpack_part(_WORKBOOK_PART))
    return sorted({name.decode("utf-8", "replace")[:_MAX_NAME_LENGTH] for name in names})
