"""The small parts of a workbook as a list of elements, parsed without building a tree; malformed ones are refused."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from workbooks.gate.intake_fault import found, shown_part

_DEEPEST = 64
_LONGEST_TAG = re.compile(rb"<[^<>]{65536}")
_SEPARATOR = " "


@dataclass(frozen=True, slots=True)
class Element:
    """One element: namespace and local name, attributes under their local names."""

    space: str
    name: str
    attributes: Mapping[str, str]


def elements(
    part: str, content: bytes, *, most: int = 200_000, wanted: frozenset[str] | None = None
) -> Iterator[Element]:
    """Return the (wanted) elements of a part in their order; too deep, too many or not well formed is refused."""
    _refuse_long_tags(part, content)
    seen: list[Element] = []
    depth = count = 0
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEEPEST or count > most:
            raise found("suspicious", part=shown_part(part))
        space, _, local = name.rpartition(_SEPARATOR)
        if wanted is None or local in wanted:
            plain = {key.rpartition(_SEPARATOR)[2]: value for key, value in attributes.items()}
            seen.append(Element(space, local, plain))

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _feed(parser, part, content)
    return iter(seen)


def refuse_malformed(part: str, content: bytes) -> None:
    """Raise the fault of a part that is not well formed; nothing is kept, so a long one costs little."""
    _refuse_long_tags(part, content)
    _feed(expat.ParserCreate(namespace_separator=_SEPARATOR), part, content)


def walk(
    part: str,
    content: bytes,
    begin: Callable[[str, Mapping[str, str]], object],
    finish: Callable[[], object],
    *,
    spaced: bool = False,
) -> None:
    """Call *begin* with local name and attributes of each element, *finish* at its end; nothing is kept here.

    *spaced* names keep their namespace before them, and a space.
    """
    _refuse_long_tags(part, content)
    depth = 0
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise found("suspicious", part=shown_part(part))
        begin(name if spaced else name.rpartition(_SEPARATOR)[2], attributes)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1
        finish()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _feed(parser, part, content)


def _refuse_long_tags(part: str, content: bytes) -> None:
    if _LONGEST_TAG.search(content):
        raise found("suspicious", part=shown_part(part))


def _feed(parser: expat.XMLParserType, part: str, content: bytes) -> None:
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the library's own signature
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise found("damaged", part=shown_part(part)) from error
