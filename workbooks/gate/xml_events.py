"""The small parts of a workbook as a list of elements, parsed without building a tree; malformed ones are refused."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from workbooks.gate.intake_fault import format_part_name, intake_error

_MAX_DEPTH = 64
_OVERLONG_TAG = re.compile(rb"<[^<>]{65536}")
_NAMESPACE_SEPARATOR = " "


@dataclass(frozen=True, slots=True)
class XmlElement:
    """One element: namespace and local name, attributes under their local names."""

    namespace: str
    name: str
    attributes: Mapping[str, str]


def parse_elements(
    part: str, content: bytes, *, max_elements: int = 200_000, wanted_names: frozenset[str] | None = None
) -> Iterator[XmlElement]:
    """Return the (wanted) elements of a part in their order; too deep, too many or not well formed is refused."""
    _refuse_long_tags(part, content)
    seen: list[XmlElement] = []
    depth = count = 0
    parser = expat.ParserCreate(namespace_separator=_NAMESPACE_SEPARATOR)

    def start_element(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _MAX_DEPTH or count > max_elements:
            raise intake_error("suspicious", part=format_part_name(part))
        space, _, local = name.rpartition(_NAMESPACE_SEPARATOR)
        if wanted_names is None or local in wanted_names:
            plain = {key.rpartition(_NAMESPACE_SEPARATOR)[2]: value for key, value in attributes.items()}
            seen.append(XmlElement(space, local, plain))

    def end_element(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start_element, end_element
    _feed_parser(parser, part, content)
    return iter(seen)


def refuse_malformed(part: str, content: bytes) -> None:
    """Raise the fault of a part that is not well formed; nothing is kept, so a long one costs little."""
    _refuse_long_tags(part, content)
    _feed_parser(expat.ParserCreate(namespace_separator=_NAMESPACE_SEPARATOR), part, content)


def walk_elements(
    part: str,
    content: bytes,
    on_start: Callable[[str, Mapping[str, str]], object],
    on_end: Callable[[], object],
    *,
    keep_namespace: bool = False,
) -> None:
    """Call *begin* with local name and attributes of each element, *finish* at its end; nothing is kept here.

    *spaced* names keep their namespace before them, and a space.
    """
    _refuse_long_tags(part, content)
    depth = 0
    parser = expat.ParserCreate(namespace_separator=_NAMESPACE_SEPARATOR)

    def start_element(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise intake_error("suspicious", part=format_part_name(part))
        on_start(name if keep_namespace else name.rpartition(_NAMESPACE_SEPARATOR)[2], attributes)

    def end_element(_: str) -> None:
        nonlocal depth
        depth -= 1
        on_end()

    parser.StartElementHandler, parser.EndElementHandler = start_element, end_element
    _feed_parser(parser, part, content)


def _refuse_long_tags(part: str, content: bytes) -> None:
    if _OVERLONG_TAG.search(content):
        raise intake_error("suspicious", part=format_part_name(part))


def _feed_parser(parser: expat.XMLParserType, part: str, content: bytes) -> None:
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the library's own signature
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise intake_error("damaged", part=format_part_name(part)) from error
