"""What is drawn on a sheet: charts with the cells they show, pictures by their hash, shapes by their text."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from filing.book.canonical_values import encode_number, normalise_formula
from workbooks.ooxml.xml_parts import LxmlElement
from workbooks.signed_content.related_parts import (
    RELATIONSHIPS_NAMESPACE,
    RelatedParts,
    get_local_name,
    join_texts,
    parse_part,
)

_DRAWING_NAMESPACE: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART_NAMESPACE: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_TEXT: Final = f"{_DRAWING_NAMESPACE}t"
_SCALE_LIMITS: Final = frozenset({"min", "max", "logBase"})
# Programs agree on so many digits of a value that a chart keeps.
_SIGNIFICANT_DIGITS: Final = 12


def read_drawings(sheet_parts: RelatedParts) -> Iterator[tuple[str, str, str]]:
    """Yield kind, location and content of everything drawn on a sheet; the values of a chart are an entry of their own.

    The location is the number of the drawing on its sheet, counted from 1.
    """
    for name, drawing in sheet_parts.iter_parts("drawing"):
        drawing_parts = RelatedParts.load_for_part(sheet_parts.container, name)
        for number, anchor in enumerate(drawing, start=1):
            yield from _describe_anchor(drawing_parts, anchor, str(number))


def _describe_anchor(drawing_parts: RelatedParts, anchor: LxmlElement, location: str) -> Iterator[tuple[str, str, str]]:
    chart = next(anchor.iter(f"{_CHART_NAMESPACE}chart"), None)
    if chart is None:
        yield "drawing", location, _describe_picture_or_shape(drawing_parts, anchor)
        return
    target, _ = drawing_parts.targets[chart.attrib[f"{RELATIONSHIPS_NAMESPACE}id"]]
    root = parse_part(drawing_parts.container, target)
    yield "chart", location, describe_chart(root)
    yield "chart_values", location, format_chart_values(root)


def _describe_picture_or_shape(drawing_parts: RelatedParts, anchor: LxmlElement) -> str:
    pictures = anchor.iter(f"{_DRAWING_NAMESPACE}blip")
    digests = [_compute_digest(drawing_parts, picture) for picture in pictures]
    if digests:
        return " ".join(["picture", *digests])
    return f"shape {join_texts(anchor, _TEXT)}"


def _compute_digest(drawing_parts: RelatedParts, picture: LxmlElement) -> str:
    """Return the start of a picture's hash, or its target if the workbook does not contain it."""
    relationship_id = picture.get(f"{RELATIONSHIPS_NAMESPACE}embed", "")
    target, _ = drawing_parts.targets.get(relationship_id, ("", ""))
    if target not in drawing_parts.container.names:
        return target
    return hashlib.sha256(drawing_parts.container.unpack_part(target)).hexdigest()[:16]


def describe_chart(root: LxmlElement) -> str:
    """Return kinds and titles of a chart, the limits of its scales, and the cells of each series."""
    titles = (join_texts(title, _TEXT) for title in root.iter(f"{_CHART_NAMESPACE}title"))
    series = map(_describe_series, root.iter(f"{_CHART_NAMESPACE}ser"))
    return " | ".join([*_iter_chart_kinds(root), *titles, *_iter_scale_limits(root), *series])


def _iter_chart_kinds(root: LxmlElement) -> Iterator[str]:
    plot_area = root.find(f"{_CHART_NAMESPACE}chart/{_CHART_NAMESPACE}plotArea")
    if plot_area is None:
        return
    for element in plot_area:
        name = get_local_name(element)
        if name.endswith("Chart"):
            yield name


def _iter_scale_limits(root: LxmlElement) -> Iterator[str]:
    for scaling in root.iter(f"{_CHART_NAMESPACE}scaling"):
        for limit in scaling:
            name = get_local_name(limit)
            if name in _SCALE_LIMITS:
                yield f"{name} {encode_number(limit.attrib['val'])[2:]}"


def _describe_series(series: LxmlElement) -> str:
    """Return the stored name of a series and the ranges that it shows."""
    names: list[str] = []
    title = series.find(f"{_CHART_NAMESPACE}tx")
    if title is not None:
        names = [name.text or "" for name in title.iter(f"{_CHART_NAMESPACE}v")]
    ranges: list[str] = []
    for source in _iter_children(series, ("cat", "val", "xVal", "yVal")):
        ranges.extend(normalise_formula(formula.text or "") for formula in source.iter(f"{_CHART_NAMESPACE}f"))
    return ", ".join([*names, *ranges])


def format_chart_values(root: LxmlElement) -> str:
    """Return the values that a chart keeps, for programs that do not read the cells; empty if it keeps none."""
    values: list[str] = []
    for series in root.iter(f"{_CHART_NAMESPACE}ser"):
        for source in _iter_children(series, ("cat", "val")):
            values.extend(_iter_kept_values(source))
    return ", ".join(values)


def _iter_kept_values(source: LxmlElement) -> Iterator[str]:
    for point in source.iter(f"{_CHART_NAMESPACE}pt"):
        stored = point.findtext(f"{_CHART_NAMESPACE}v") or ""
        value = encode_number(stored, digits=_SIGNIFICANT_DIGITS)[2:]
        # An empty cell is a bar of length 0, and some programs keep a 0 for it.
        if value not in {"", "0"}:
            yield f"{point.get('idx', '')} {value}"


def _iter_children(element: LxmlElement, names: Iterable[str]) -> Iterator[LxmlElement]:
    """Yield the children of a chart element with these names, name by name."""
    for name in names:
        yield from element.findall(f"{_CHART_NAMESPACE}{name}")
