"""Comments on the cells of a sheet: ours are added and removed, those of others are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from checks.model.cell_ref import Position, format_address, parse_address
from workbooks.ooxml.comment_shapes import draw_comment_boxes, erase_comment_boxes
from workbooks.ooxml.relationships import (
    add_relationship,
    drop_relationships,
    find_related_part,
    remove_references_to,
)
from workbooks.ooxml.xml_parts import (
    LxmlElement,
    add_child,
    ensure_child,
    find_child,
    get_namespace,
    make_sibling_tag,
    parse_index,
    prepare_text,
    try_parse_xml,
    write_xml,
)
from workbooks.ooxml.zip_package import ZipPackage

COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_COMMENTS_ORDER = "authors commentList extLst"
_FONT_SIZE = "9"


@dataclass(frozen=True, slots=True)
class Note:
    """One paragraph of a comment: a heading in bold and its text."""

    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class WorksheetTree:
    """A sheet of the archive with its tree."""

    package: ZipPackage
    part: str
    root: LxmlElement


@dataclass(frozen=True, slots=True)
class CommentAuthor:
    """The author of our comments, and the typeface in which they are set."""

    name: str
    font: str


def add_comments(sheet: WorksheetTree, notes: Mapping[Position, Sequence[Note]], comment_author: CommentAuthor) -> None:
    """Add comments to cells; a comment that a cell has already keeps its text and gets ours below it."""
    if not notes:
        return
    part, root = _load_comments(sheet) or _create_comments(sheet)
    texts = _write_notes(root, notes, comment_author)
    sheet.package.store_part(part, write_xml(root))
    draw_comment_boxes(sheet.package, sheet.part, sheet.root, texts)


def measure_comments(sheet: WorksheetTree) -> dict[Position, int]:
    """Return the lengths of the comments of a sheet, by cell."""
    loaded = _load_comments(sheet)
    if loaded is None:
        return {}
    lengths = {}
    for comment in loaded[1].iter("{*}comment"):
        if cell := parse_address(comment.get("ref", "")):
            lengths[cell] = len("".join(comment.itertext()))
    return lengths


def drop_comments(
    sheet: WorksheetTree, original_lengths: Mapping[Position, int], author: str, prefixes: tuple[str, ...]
) -> None:
    """Remove our comments; a comment that was there before is cut back to its length in *original_lengths*.

    A comment is ours if *author* wrote it, or, as some programs lose the author, if it begins with one of *prefixes*.
    """
    loaded = _load_comments(sheet)
    if loaded is None:
        return
    part, root = loaded
    our_numbers = _find_author_numbers(root, author)
    dropped_cells = []
    for comment in list(root.iter("{*}comment")):
        cell = parse_address(comment.get("ref", ""))
        if parse_index(comment.get("authorId"), -1) in our_numbers or _get_full_text(comment).startswith(prefixes):
            comment.getparent().remove(comment)
            dropped_cells.append(cell)
        elif cell and cell in original_lengths:
            _truncate_comment(comment, original_lengths[cell])
    if next(root.iter("{*}comment"), None) is None:
        remove_references_to(sheet.package, sheet.part, part)
    else:
        sheet.package.store_part(part, write_xml(root))
    erase_comment_boxes(sheet.package, sheet.part, sheet.root, filter(None, dropped_cells))


def _find_author_numbers(root: LxmlElement, name: str) -> set[int]:
    """Return the numbers (from 0) by which comments refer to the author called *name*."""
    authors = root.iterfind("{*}authors/{*}author")
    return {number for number, author in enumerate(authors) if (author.text or "") == name}


def _get_full_text(comment: LxmlElement) -> str:
    return "".join(comment.itertext("{*}t", with_tail=False))


def _truncate_comment(comment: LxmlElement, length: int) -> None:
    """Keep the first *length* characters of a comment, run by run; a length of 0 leaves it alone."""
    if not length:
        return
    for text_element in list(comment.iter("{*}t")):
        text = text_element.text or ""
        if length <= 0:
            _remove_run(text_element.getparent())
        text_element.text = text[: max(length, 0)]
        length -= len(text)


def _remove_run(run: LxmlElement | None) -> None:
    if run is not None and run.getparent() is not None:
        run.getparent().remove(run)


def _load_comments(sheet: WorksheetTree) -> tuple[str, LxmlElement] | None:
    """Return the comments part of a sheet with its tree, or None if the sheet has none that can be edited."""
    part = find_related_part(sheet.package, sheet.part, "comments")
    if part is None:
        return None
    root = try_parse_xml(sheet.package.get_part(part))
    if root is None or root.tag != make_sibling_tag(sheet.root, "comments"):
        return None
    return part, root


def _create_comments(sheet: WorksheetTree) -> tuple[str, LxmlElement]:
    """Add a comments part to a sheet, in place of one that cannot be edited; return its name and its tree."""
    drop_relationships(sheet.package, sheet.part, "comments")
    part = sheet.package.find_free_name("xl/comments{}.xml")
    namespace = get_namespace(sheet.root)
    root = etree.Element(f"{{{namespace}}}comments", nsmap={None: namespace})
    sheet.package.store_part(part, etree.tostring(root))
    sheet.package.declare_type(part, COMMENTS_TYPE)
    add_relationship(sheet.package, sheet.part, "comments", part)
    return part, root


def _write_notes(
    root: LxmlElement, notes: Mapping[Position, Sequence[Note]], comment_author: CommentAuthor
) -> dict[Position, str]:
    """Write the notes and return the full text of each comment written, by cell."""
    author_number = _ensure_author_number(ensure_child(root, "authors", _COMMENTS_ORDER), comment_author.name)
    listing = ensure_child(root, "commentList", _COMMENTS_ORDER)
    comments = {item.get("ref"): item for item in listing.iterchildren(make_sibling_tag(listing, "comment"))}
    texts = {}
    for cell, cell_notes in sorted(notes.items()):
        address = format_address(*cell)
        comment = comments.get(address)
        if comment is None:
            comment = add_child(listing, "comment", ref=address, authorId=author_number, shapeId="0")
        elif comment.get("authorId") == author_number:
            # Our own comment of an earlier round.
            _clear_comment(comment)
        texts[cell] = _append_notes(comment, cell_notes, comment_author.font)
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
    """Append the notes to the text of a comment and return the full text."""
    text = ensure_child(comment, "text", "text commentPr")
    _convert_to_runs(text)
    for note in notes:
        heading = note.heading
        if _join_runs(text):
            heading = f"\n\n{heading}"
        _add_run(text, heading, font=font, bold=True)
        _add_run(text, f"\n{note.body}", font=font, bold=False)
    return _join_runs(text)


def _convert_to_runs(text: LxmlElement) -> None:
    """Turn a text without runs into one run, since plain text cannot be mixed with runs."""
    plain_text = find_child(text, "t")
    if plain_text is not None:
        run = text.makeelement(make_sibling_tag(text, "r"))
        plain_text.addprevious(run)
        run.append(plain_text)


def _add_run(text: LxmlElement, content: str, *, font: str, bold: bool) -> None:
    run = text.makeelement(make_sibling_tag(text, "r"))
    properties = add_child(run, "rPr")
    if bold:
        add_child(properties, "b")
    add_child(properties, "sz", val=_FONT_SIZE)
    add_child(properties, "color", indexed="81")
    add_child(properties, "rFont", val=font)
    add_child(properties, "family", val="3")
    add_child(properties, "charset", val="134")
    text_element = add_child(run, "t")
    text_element.text = prepare_text(content)
    text_element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    runs = text.findall(make_sibling_tag(text, "r"))
    if runs:
        runs[-1].addnext(run)
    else:
        text.insert(0, run)


def _join_runs(text: LxmlElement) -> str:
    texts = text.iterfind(f"{make_sibling_tag(text, 'r')}/{make_sibling_tag(text, 't')}")
    return "".join(item.text or "" for item in texts)
