"""What is drawn on a sheet: charts with the cells they are of, pictures by their bytes, shapes by their words."""

import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, fromstring

from filing.book.canonical_values import encode_number, normalise_formula
from workbooks.gate.zip_container import Container

_DRAWING_NAMESPACE: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART_NAMESPACE: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_RELATIONSHIPS_NAMESPACE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SIGNIFICANT_DIGITS: Final = 12  # digits of a drawn value that programs agree on


@dataclass(frozen=True, slots=True)
class RelatedParts:
    """The parts that one part leads to: target and kind by id."""

    container: Container
    name: str
    targets: Mapping[str, tuple[str, str]]

    @classmethod
    def load_for_part(cls, container: Container, name: str) -> "RelatedParts":
        """Read the relations of a part; links out of the book keep their target as it was written."""
        folder, base = posixpath.split(name)
        relations = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
        found = {}
        if relations in container.names:
            for one in fromstring(container.unpack_part(relations)):  # noqa: S314 - the container refuses doctypes
                target = one.attrib.get("Target", "")
                inside = one.attrib.get("TargetMode") != "External"
                found[one.attrib["Id"]] = (
                    _resolve_target(folder, target) if inside else target,
                    one.attrib.get("Type", "").rsplit("/", 1)[-1],
                )
        return cls(container, name, found)

    def iter_parts(self, kind: str) -> Iterator[tuple[str, Element]]:
        """Yield the parts of one kind, each with its name."""
        for target, said in self.targets.values():
            if said == kind and target in self.container.names:
                yield target, fromstring(self.container.unpack_part(target))  # noqa: S314 - as above


def _resolve_target(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def read_drawings(sheet_parts: RelatedParts) -> Iterator[tuple[str, str, str]]:
    """Yield kind, place and content of everything drawn on a sheet; the values of a chart stand by themselves."""
    for name, drawing in sheet_parts.iter_parts("drawing"):
        inner = RelatedParts.load_for_part(sheet_parts.container, name)
        for at, anchor in enumerate(drawing, start=1):
            yield from _describe_anchor(inner, anchor, str(at))


def _describe_anchor(drawing_parts: RelatedParts, anchor: Element, place: str) -> Iterator[tuple[str, str, str]]:
    chart = next(anchor.iter(f"{_CHART_NAMESPACE}chart"), None)
    if chart is not None:
        target, _ = drawing_parts.targets[chart.attrib[f"{_RELATIONSHIPS_NAMESPACE}id"]]
        root = fromstring(drawing_parts.container.unpack_part(target))  # noqa: S314 - as above
        yield "chart", place, _describe_chart(root)
        yield "chart_values", place, _format_chart_values(root)
        return
    said = "".join(one.text or "" for one in anchor.iter(f"{_DRAWING_NAMESPACE}t"))
    pictures = [
        one.attrib.get(f"{_RELATIONSHIPS_NAMESPACE}embed", "") for one in anchor.iter(f"{_DRAWING_NAMESPACE}blip")
    ]
    digests = [_compute_digest(drawing_parts, one) for one in pictures]
    yield "drawing", place, " ".join(["picture", *digests] if digests else ["shape", said])


def _compute_digest(drawing_parts: RelatedParts, relationship_id: str) -> str:
    target, _ = drawing_parts.targets.get(relationship_id, ("", ""))
    if target not in drawing_parts.container.names:
        return target
    return hashlib.sha256(drawing_parts.container.unpack_part(target)).hexdigest()[:16]


def _describe_chart(root: Element) -> str:
    """Say what a chart is of: its kind, its titles, the ends of its scales, and the cells of each row of bars."""
    plot = root.find(f"{_CHART_NAMESPACE}chart/{_CHART_NAMESPACE}plotArea")
    kinds = [_get_local_name(one.tag) for one in plot if one.tag.endswith("Chart")] if plot is not None else []
    titles = [
        "".join(one.text or "" for one in title.iter(f"{_DRAWING_NAMESPACE}t"))
        for title in root.iter(f"{_CHART_NAMESPACE}title")
    ]
    ends = [
        f"{_get_local_name(end.tag)} {encode_number(end.attrib['val'])[2:]}"
        for scaling in root.iter(f"{_CHART_NAMESPACE}scaling")
        for end in scaling
        if _get_local_name(end.tag) in {"min", "max", "logBase"}
    ]
    rows = [_describe_series(one) for one in root.iter(f"{_CHART_NAMESPACE}ser")]
    return " | ".join([*kinds, *titles, *ends, *rows])


def _describe_series(series: Element) -> str:
    name = series.find(f"{_CHART_NAMESPACE}tx")
    said = [one.text or "" for one in name.iter(f"{_CHART_NAMESPACE}v")] if name is not None else []
    cells = [
        normalise_formula(one.text or "")
        for part in ("cat", "val", "xVal", "yVal")
        for holder in series.findall(f"{_CHART_NAMESPACE}{part}")
        for one in holder.iter(f"{_CHART_NAMESPACE}f")
    ]
    return ", ".join([*said, *cells])


def _format_chart_values(root: Element) -> str:
    """Say what a chart shows in a program that does not look at the cells; empty where nothing was kept."""
    kept = [
        (
            point.attrib.get("idx", ""),
            encode_number(point.findtext(f"{_CHART_NAMESPACE}v") or "", digits=_SIGNIFICANT_DIGITS)[2:],
        )
        for series in root.iter(f"{_CHART_NAMESPACE}ser")
        for part in ("cat", "val")
        for holder in series.findall(f"{_CHART_NAMESPACE}{part}")
        for point in holder.iter(f"{_CHART_NAMESPACE}pt")
    ]
    # an empty cell is a bar of no length: some programs keep a 0 for it
    return ", ".join(f"{at} {value}" for at, value in kept if value not in {"", "0"})


def _get_local_name(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
