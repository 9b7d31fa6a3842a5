"""Comments on cells of a sheet: ours added, those that are there kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from checks.model.cell_ref import Position, format_address, parse_address
from workbooks.ooxml.comment_shapes import draw_boxes, erase_boxes
from workbooks.ooxml.relationships import relate, related, unrelated
from workbooks.ooxml.xml_parts import (
    Element,
    add,
    child,
    ensure,
    namespace,
    parse,
    serialised,
    sibling_tag,
    stored_text,
)
from workbooks.ooxml.zip_package import Package

COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_ORDER = "authors commentList extLst"
_SIZE = "9"


@dataclass(frozen=True, slots=True)
class Note:
    """One piece of a comment: a heading in bold and what it says."""

    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the archive, read."""

    package: Package
    part: str
    root: Element


@dataclass(frozen=True, slots=True)
class Pen:
    """In whose name and in which typeface we comment."""

    author: str
    font: str


def add_comments(sheet: Sheet, notes: Mapping[Position, Sequence[Note]], pen: Pen) -> None:
    """Comment on cells; a cell's older comment keeps its text and gets ours below it."""
    if not notes:
        return
    part = related(sheet.package, sheet.part, "comments") or _begun(sheet)
    root = parse(sheet.package.content(part))
    texts = _written(root, notes, pen)
    sheet.package.put(part, serialised(root))
    draw_boxes(sheet.package, sheet.part, sheet.root, texts)


def lengths(sheet: Sheet) -> dict[Position, int]:
    """Return how long the comments are that a sheet has."""
    part = related(sheet.package, sheet.part, "comments")
    if part is None:
        return {}
    places = ((parse_address(one.get("ref", "")), one) for one in parse(sheet.package.content(part)).iter("{*}comment"))
    return {place: len("".join(one.itertext())) for place, one in places if place}


def drop_comments(sheet: Sheet, before: Mapping[Position, int], author: str, openings: tuple[str, ...]) -> None:
    """Take our comments off: those of ours alone go, what was there *before* keeps its first so many characters.

    Some programs forget who wrote a comment; then it is ours if it begins with one of our *openings*.
    """
    part = related(sheet.package, sheet.part, "comments")
    if part is None:
        return
    root = parse(sheet.package.content(part))
    names = [one.text or "" for one in root.iterfind("{*}authors/{*}author")]
    gone = []
    for comment in list(root.iter("{*}comment")):
        place = parse_address(comment.get("ref", ""))
        number = int(comment.get("authorId", "0"))
        ours = number < len(names) and names[number] == author
        if ours or _spoken_whole(comment).startswith(openings):
            comment.getparent().remove(comment)
            gone.extend([place] if place else [])
        elif place and place in before:
            _shortened(comment, before[place])
    if next(root.iter("{*}comment"), None) is None:
        unrelated(sheet.package, sheet.part, part)
    else:
        sheet.package.put(part, serialised(root))
    erase_boxes(sheet.package, sheet.part, sheet.root, gone)


def _spoken_whole(comment: Element) -> str:
    return "".join(one.text or "" for one in comment.iter("{*}t"))


def _shortened(comment: Element, length: int) -> None:
    """Keep the first characters of a comment, run by run."""
    if not length:
        return
    for spoken in list(comment.iter("{*}t")):
        text = spoken.text or ""
        if length <= 0 and (run := spoken.getparent()) is not None and (whole := run.getparent()) is not None:
            whole.remove(run)
        spoken.text = text[: max(length, 0)]
        length -= len(text)


def _begun(sheet: Sheet) -> str:
    part = sheet.package.free_name("xl/comments{}.xml")
    space = namespace(sheet.root)
    sheet.package.put(part, etree.tostring(etree.Element(f"{{{space}}}comments", nsmap={None: space})))
    sheet.package.declare(part, COMMENTS_TYPE)
    relate(sheet.package, sheet.part, "comments", part)
    return part


def _written(root: Element, notes: Mapping[Position, Sequence[Note]], pen: Pen) -> dict[Position, str]:
    """Write the notes and return the whole text of each comment touched."""
    author = _author_number(ensure(root, "authors", _ORDER), pen.author)
    listing = ensure(root, "commentList", _ORDER)
    present = {old.get("ref"): old for old in listing.iterchildren(sibling_tag(listing, "comment"))}
    texts = {}
    for place, pieces in sorted(notes.items()):
        comment = present.get(format_address(*place))
        if comment is None:
            comment = add(listing, "comment", ref=format_address(*place), authorId=author, shapeId="0")
        elif comment.get("authorId") == author:
            _emptied(comment)  # ours of an earlier round
        texts[place] = _extended(comment, pieces, pen.font)
    return texts


def _author_number(authors: Element, name: str) -> str:
    names = [author.text or "" for author in authors.iterchildren("*")]
    if name not in names:
        add(authors, "author").text = stored_text(name)
        names.append(name)
    return str(names.index(name))


def _emptied(comment: Element) -> None:
    for text in comment.findall(sibling_tag(comment, "text")):
        comment.remove(text)


def _extended(comment: Element, pieces: Sequence[Note], font: str) -> str:
    """Add the pieces to the text of a comment and return the whole."""
    text = ensure(comment, "text", "text commentPr")
    _in_runs(text)
    for piece in pieces:
        gap = "\n\n" if _spoken(text) else ""
        _add_run(text, f"{gap}{piece.heading}", font=font, bold=True)
        _add_run(text, f"\n{piece.body}", font=font, bold=False)
    return _spoken(text)


def _in_runs(text: Element) -> None:
    """Turn a text without runs into one run: a plain text cannot stand beside runs."""
    if (alone := child(text, "t")) is not None:
        run = text.makeelement(sibling_tag(text, "r"))
        alone.addprevious(run)
        run.append(alone)


def _add_run(text: Element, words: str, *, font: str, bold: bool) -> None:
    run = text.makeelement(sibling_tag(text, "r"))
    looks = add(run, "rPr")
    if bold:
        add(looks, "b")
    for name, value in (("sz", _SIZE), ("color", ""), ("rFont", font), ("family", "3"), ("charset", "134")):
        add(looks, name, **({"val": value} if value else {"indexed": "81"}))
    spoken = add(run, "t")
    spoken.text = stored_text(words)
    spoken.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    runs = text.findall(sibling_tag(text, "r"))
    if runs:
        runs[-1].addnext(run)
    else:
        text.insert(0, run)


def _spoken(text: Element) -> str:
    return "".join(spoken.text or "" for spoken in text.iterfind(f"{sibling_tag(text, 'r')}/{sibling_tag(text, 't')}"))
