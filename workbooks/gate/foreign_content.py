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
_LINK_LISTING: Final = re.compile(r"(?i)^xl/(?:externalLinks/)?_rels/[^/]+\.rels$")
_LINK_KINDS: Final = frozenset({"externalLink", "externalLinkPath", "xlExternalLinkPath", "oleObject"})
_MAX_NAMES: Final = 20
_MAX_NAME_LENGTH: Final = 80


def find_foreign_content(container: Container) -> dict[str, list[str]]:
    """Return the names of parts and of linked files by kind (macro, embedded, link); at most twenty of each."""
    names_by_kind: dict[str, list[str]] = {}
    for kind, pattern in _PARTS_BY_KIND.items():
        names_by_kind[kind] = [format_part_name(name) for name in filter(pattern.search, sorted(container.names))]
    names_by_kind["link"] = sorted(set(_iter_linked_files(container)))
    return {kind: names[:_MAX_NAMES] for kind, names in names_by_kind.items() if names}


def _iter_linked_files(container: Container) -> Iterator[str]:
    for listing in filter(_LINK_LISTING.search, sorted(container.names)):
        for element in parse_elements(listing, container.unpack_part(listing)):
            kind = element.attributes.get("Type", "").rpartition("/")[2]
            if element.attributes.get("TargetMode") == "External" and kind in _LINK_KINDS:
                yield element.attributes.get("Target", "")[:_MAX_NAME_LENGTH]
