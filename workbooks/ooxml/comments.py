"""Comments on cells of a sheet: ours added, those that are there kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from checks.model.cell_ref import Position, format_address, parse_address
from workbooks.ooxml.comment_shapes import draw_comment_boxes, erase_comment_boxes
from workbooks.ooxml.relationships import add_relationship, find_related_part, remove_references_to
from workbooks.ooxml.xml_parts import (
    LxmlElement,
    add_child,
    ensure_child,
    find_child,
    get_namespace,
    make_sibling_tag,
    parse_xml,
    prepare_text,
    write_xml,
)
from workbooks.ooxml.zip_package import ZipPackage

COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_COMMENTS_ORDER = "authors commentList extLst"
_FONT_SIZE = "9"


@dataclass(frozen=True, slots=True)
class Note:
    """One piece of a comment: a heading in bold and what it says."""

    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class WorksheetTree:
    """A sheet of the archive, read."""

    package: ZipPackage
    part: str
    root: LxmlElement


@dataclass(frozen=True, slots=True)
class CommentAuthor:
    """In whose name and in which typeface we comment."""

    name: str
    font: str


def add_comments(sheet: WorksheetTree, notes: Mapping[Position, Sequence[Note]], comment_author: CommentAuthor) -> None:
    """Comment on cells; a cell's older comment keeps its text and gets ours below it."""
    if not notes:
        return
    part = find_related_part(sheet.package, sheet.part, "comments") or _create_comments_part(sheet)
    root = parse_xml(sheet.package.get_part(part))
    texts = _write_notes(root, notes, comment_author)
    sheet.package.store_part(part, write_xml(root))
    draw_comment_boxes(sheet.package, sheet.part, sheet.root, texts)


def measure_comments(sheet: WorksheetTree) -> dict[Position, int]:
    """Return how long the comments are that a sheet has."""
    part = find_related_part(sheet.package, sheet.part, "comments")
    if part is None:
        return {}
    places = (
        (parse_address(one.get("ref", "")), one) for one in parse_xml(sheet.package.get_part(part)).iter("{*}comment")
    )
    return {place: len("".join(one.itertext())) for place, one in places if place}


def drop_comments(
    sheet: WorksheetTree, original_lengths: Mapping[Position, int], author: str, prefixes: tuple[str, ...]
) -> None:
    """Take our comments off: those of ours alone go, what was there *before* keeps its first so many characters.

    Some programs forget who wrote a comment; then it is ours if it begins with one of our *openings*.
    """
    part = find_related_part(sheet.package, sheet.part, "comments")
    if part is None:
        return
    root = parse_xml(sheet.package.get_part(part))
    names = [one.text or "" for one in root.iterfind("{*}authors/{*}author")]
    gone = []
    for comment in list(root.iter("{*}comment")):
        place = parse_address(comment.get("ref", ""))
        number = int(comment.get("authorId", "0"))
        ours = number < len(names) and names[number] == author
        if ours or _get_full_text(comment).startswith(prefixes):
            comment.getparent().remove(comment)
            gone.extend([place] if place else [])
        elif place and place in original_lengths:
            _truncate_comment(comment, original_lengths[place])
    if next(root.iter("{*}comment"), None) is None:
        remove_references_to(sheet.package, sheet.part, part)
    else:
        sheet.package.store_part(part, write_xml(root))
    erase_comment_boxes(sheet.package, sheet.part, sheet.root, gone)


def _get_full_text(comment: LxmlElement) -> str:
    return "".join(one.text or "" for one in comment.iter("{*}t"))


def _truncate_comment(comment: LxmlElement, length: int) -> None:
    """Keep the first characters of a comment, run by run."""
    if not length:
        return
    for spoken in list(comment.iter("{*}t")):
        text = spoken.text or ""
        if length <= 0 and (run := spoken.getparent()) is not None and (whole := run.getparent()) is not None:
            whole.remove(run)
        spoken.text = text[: max(length, 0)]
        length -= len(text)


def _create_comments_part(sheet: WorksheetTree) -> str:
    part = sheet.package.find_free_name("xl/comments{}.xml")
    space = get_namespace(sheet.root)
    sheet.package.store_part(part, etree.tostring(etree.Element(f"{{{space}}}comments", nsmap={None: space})))
    sheet.package.declare_type(part, COMMENTS_TYPE)
    add_relationship(sheet.package, sheet.part, "comments", part)
    return part


def _write_notes(
    root: LxmlElement, notes: Mapping[Position, Sequence[Note]], comment_author: CommentAuthor
) -> dict[Position, str]:
    """Write the notes and return the whole text of each comment touched."""
    author = _ensure_author_number(ensure_child(root, "authors", _COMMENTS_ORDER), comment_author.name)
    listing = ensure_child(root, "commentList", _COMMENTS_ORDER)
    present = {old.get("ref"): old for old in listing.iterchildren(make_sibling_tag(listing, "comment"))}
    texts = {}
    for place, pieces in sorted(notes.items()):
        comment = present.get(format_address(*place))
        if comment is None:
            comment = add_child(listing, "comment", ref=format_address(*place), authorId=author, shapeId="0")
        elif comment.get("authorId") == author:
            _clear_comment(comment)  # ours of an earlier round
        texts[place] = _append_notes(comment, pieces, comment_author.font)
    return texts


def _ensure_author_number(authors: LxmlElement, name: str) -> str:
    names = [author.text or "" for author in authors.iterchildren("*")]
    if name not in names:
        add_child(authors, "author").text = prepare_text(name)
        names.append(name)
    return str(names.index(name))


def _clear_comment(comment: LxmlElement) -> None:
    for text in comment.findall(make_sibling_tag(comment, "text")):
        comment.remove(text)


def _append_notes(comment: LxmlElement, notes: Sequence[Note], font: str) -> str:
    """Add the pieces to the text of a comment and return the whole."""
    text = ensure_child(comment, "text", "text commentPr")
    _convert_to_runs(text)
    for piece in notes:
        gap = "\n\n" if _join_runs(text) else ""
        _add_run(text, f"{gap}{piece.heading}", font=font, bold=True)
        _add_run(text, f"\n{piece.body}", font=font, bold=False)
    return _join_runs(text)


def _convert_to_runs(text: LxmlElement) -> None:
    """Turn a text without runs into one run: a plain text cannot stand beside runs."""
    if (alone := find_child(text, "t")) is not None:
        run = text.makeelement(make_sibling_tag(text, "r"))
        alone.addprevious(run)
        run.append(alone)


def _add_run(text: LxmlElement, content: str, *, font: str, bold: bool) -> None:
    run = text.makeelement(make_sibling_tag(text, "r"))
    looks = add_child(run, "rPr")
    if bold:
        add_child(looks, "b")
    for name, value in (("sz", _FONT_SIZE), ("color", ""), ("rFont", font), ("family", "3"), ("charset", "134")):
        add_child(looks, name, **({"val": value} if value else {"indexed": "81"}))
    spoken = add_child(run, "t")
    spoken.text = prepare_text(content)
    spoken.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    runs = text.findall(make_sibling_tag(text, "r"))
    if runs:
        runs[-1].addnext(run)
    else:
        text.insert(0, run)


def _join_runs(text: LxmlElement) -> str:
    return "".join(
        spoken.text or "" for spoken in text.iterfind(f"{make_sibling_tag(text, 'r')}/{make_sibling_tag(text, 't')}")
    )
