"""What is drawn on a sheet: charts with the cells they are of, pictures by their bytes, shapes by their words."""

import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, fromstring

from filing.book.canonical_values import number, plain_formula
from workbooks.gate.zip_container import Container

_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SIGNIFICANT: Final = 12  # digits of a drawn value that programs agree on


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that one part leads to: target and kind by id."""

    container: Container
    name: str
    targets: Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, container: Container, name: str) -> "Parts":
        """Read the relations of a part; links out of the book keep their target as it was written."""
        folder, base = posixpath.split(name)
        relations = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
        found = {}
        if relations in container.names:
            for one in fromstring(container.read(relations)):  # noqa: S314 - the container refuses doctypes
                target = one.attrib.get("Target", "")
                inside = one.attrib.get("TargetMode") != "External"
                found[one.attrib["Id"]] = (
                    _within(folder, target) if inside else target,
                    one.attrib.get("Type", "").rsplit("/", 1)[-1],
                )
        return cls(container, name, found)

    def read(self, kind: str) -> Iterator[tuple[str, Element]]:
        """Yield the parts of one kind, each with its name."""
        for target, said in self.targets.values():
            if said == kind and target in self.container.names:
                yield target, fromstring(self.container.read(target))  # noqa: S314 - as above


def _within(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def drawn_on(sheet: Parts) -> Iterator[tuple[str, str, str]]:
    """Yield kind, place and content of everything drawn on a sheet; the values of a chart stand by themselves."""
    for name, drawing in sheet.read("drawing"):
        inner = Parts.of(sheet.container, name)
        for at, anchor in enumerate(drawing, start=1):
            yield from _drawn(inner, anchor, str(at))


def _drawn(inner: Parts, anchor: Element, place: str) -> Iterator[tuple[str, str, str]]:
    chart = next(anchor.iter(f"{_CHART}chart"), None)
    if chart is not None:
        target, _ = inner.targets[chart.attrib[f"{_REL}id"]]
        root = fromstring(inner.container.read(target))  # noqa: S314 - as above
        yield "chart", place, _definition(root)
        yield "chart_values", place, _values(root)
        return
    said = "".join(one.text or "" for one in anchor.iter(f"{_DRAWING}t"))
    pictures = [one.attrib.get(f"{_REL}embed", "") for one in anchor.iter(f"{_DRAWING}blip")]
    digests = [_digest(inner, one) for one in pictures]
    yield "drawing", place, " ".join(["picture", *digests] if digests else ["shape", said])


def _digest(inner: Parts, identity: str) -> str:
    target, _ = inner.targets.get(identity, ("", ""))
    if target not in inner.container.names:
        return target
    return hashlib.sha256(inner.container.read(target)).hexdigest()[:16]


def _definition(root: Element) -> str:
    """Say what a chart is of: its kind, its titles, the ends of its scales, and the cells of each row of bars."""
    plot = root.find(f"{_CHART}chart/{_CHART}plotArea")
    kinds = [_bare(one.tag) for one in plot if one.tag.endswith("Chart")] if plot is not None else []
    titles = ["".join(one.text or "" for one in title.iter(f"{_DRAWING}t")) for title in root.iter(f"{_CHART}title")]
    ends = [
        f"{_bare(end.tag)} {number(end.attrib['val'])[2:]}"
        for scaling in root.iter(f"{_CHART}scaling")
        for end in scaling
        if _bare(end.tag) in {"min", "max", "logBase"}
    ]
    rows = [_row(one) for one in root.iter(f"{_CHART}ser")]
    return " | ".join([*kinds, *titles, *ends, *rows])


def _row(series: Element) -> str:
    name = series.find(f"{_CHART}tx")
    said = [one.text or "" for one in name.iter(f"{_CHART}v")] if name is not None else []
    cells = [
        plain_formula(one.text or "")
        for part in ("cat", "val", "xVal", "yVal")
        for holder in series.findall(f"{_CHART}{part}")
        for one in holder.iter(f"{_CHART}f")
    ]
    return ", ".join([*said, *cells])


def _values(root: Element) -> str:
    """Say what a chart shows in a program that does not look at the cells; empty where nothing was kept."""
    kept = [
        (point.attrib.get("idx", ""), number(point.findtext(f"{_CHART}v") or "", digits=_SIGNIFICANT)[2:])
        for series in root.iter(f"{_CHART}ser")
        for part in ("cat", "val")
        for holder in series.findall(f"{_CHART}{part}")
        for point in holder.iter(f"{_CHART}pt")
    ]
    # an empty cell is a bar of no length: some programs keep a 0 for it
    return ", ".join(f"{at} {value}" for at, value in kept if value not in {"", "0"})


def _bare(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
