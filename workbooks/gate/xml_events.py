"""Parse the small parts of a workbook with lxml, element by element and without a tree; refuse malformed parts."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from workbooks.gate.intake_fault import IntakeError, format_part_name, intake_error

_MAX_DEPTH = 64
_OVERLONG_TAG = re.compile(rb"<[^<>]{65536}")


@dataclass(frozen=True, slots=True)
class XmlElement:
    """An element: its namespace, its local name, and its attributes by their local names."""

    namespace: str
    name: str
    attributes: Mapping[str, str]


@dataclass(slots=True)
class _EventTarget:
    """The parser target of lxml: pass on the events, and refuse elements nested too deeply."""

    part: str
    on_start: Callable[[str, Mapping[str, str]], object]
    on_end: Callable[[], object]
    depth: int = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _build_suspicion(self.part)
        self.on_start(tag, attributes)

    def end(self, _: str) -> None:
        self.depth -= 1
        self.on_end()

    def close(self) -> None:
        """Return no result: lxml requires the method."""


class _NoEvents:
    """A parser target of lxml that receives no events."""

    def close(self) -> None:
        """Return no result: lxml requires the method."""


def parse_elements(
    part: str, content: bytes, *, max_elements: int = 200_000, wanted_names: frozenset[str] | None = None
) -> Iterator[XmlElement]:
    """Return the elements of a part in document order, or only those with the wanted local names.

    Raise IntakeError if the part is malformed, nested too deeply or has more than *max_elements* elements.
    """
    elements: list[XmlElement] = []
    count = 0

    def start_element(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal count
        count += 1
        if count > max_elements:
            raise _build_suspicion(part)
        namespace, name = split_qualified_name(tag)
        if wanted_names is None or name in wanted_names:
            local_attributes = {key.rpartition("}")[2]: value for key, value in attributes.items()}
            elements.append(XmlElement(namespace, name, local_attributes))

    walk_elements(part, content, start_element, _ignore_end, keep_namespace=True)
    return iter(elements)


def _ignore_end() -> None:
    """Do nothing at the end of an element."""


def refuse_malformed(part: str, content: bytes) -> None:
    """Raise IntakeError if a part is not well-formed; a long part costs little, since no element is kept."""
    _parse_events(part, content, _NoEvents())


def walk_elements(
    part: str,
    content: bytes,
    on_start: Callable[[str, Mapping[str, str]], object],
    on_end: Callable[[], object],
    *,
    keep_namespace: bool = False,
) -> None:
    """Call *on_start* with the local name and the attributes of each element, and *on_end* at its end.

    With *keep_namespace*, names are passed as `{namespace}name`. Raise IntakeError if the part is malformed or nested
    too deeply.
    """

    def start_local_name(tag: str, attributes: Mapping[str, str]) -> None:
        on_start(tag.rpartition("}")[2], attributes)

    start_element = on_start if keep_namespace else start_local_name
    _parse_events(part, content, _EventTarget(part, start_element, on_end))


def split_qualified_name(tag: str) -> tuple[str, str]:
    """Return namespace (empty if there is none) and local name of `{namespace}name`."""
    namespace, _, name = tag.rpartition("}")
    return namespace[1:], name


def _build_suspicion(part: str) -> IntakeError:
    return intake_error("suspicious", part=format_part_name(part))


def _parse_events(part: str, content: bytes, target: _EventTarget | _NoEvents) -> None:
    if _OVERLONG_TAG.search(content):
        raise _build_suspicion(part)
    # lxml's own limits on depth and on entity expansion stay in force.
    parser = etree.XMLParser(target=target)
    try:
        etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise _build_suspicion(part) from error
        raise intake_error("damaged", part=format_part_name(part)) from error
    # With a parser target, lxml only logs errors of namespaces, such as a prefix without a declaration.
    if parser.error_log.filter_from_errors():
        raise intake_error("damaged", part=format_part_name(part))
