"""Hostile parts around marking: every file holds a wrong figure, so that its comments, boxes and styles are edited."""

from collections.abc import Callable
from functools import partial

from tests.hostile.generator.case import Case, Due, simple
from tests.hostile.generator.commented import (
    ANCHOR,
    COMMENTS,
    COMMENTS_TEXT,
    DRAWING,
    SHEET_RELATIONSHIPS,
    TYPES,
    WRONG_CELL,
    commented,
    drawing,
    relationship,
    relationships,
)
from tests.hostile.generator.package import Parts

_ROW = 99
_EXTERNAL = '<!DOCTYPE comments SYSTEM "http://127.0.0.1:9/x.dtd">'
_ENTITY = '<!DOCTYPE comments [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
_LEVELS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_ODD_NAMES = ("xl/notes/remarks.bin", "xl/comments1", "xl/批注 1.XML", "xl/media/image1.png", "comments.txt")


def _comments(content: str | bytes) -> bytes:
    return commented().put(COMMENTS, content).zipped()


def _comment(old: str, new: str) -> bytes:
    return commented().swap(COMMENTS, old, new).zipped()


def _drawing(content: str | bytes) -> bytes:
    return commented().put(DRAWING, content).zipped()


def _links(*items: str) -> bytes:
    return commented().put(SHEET_RELATIONSHIPS, relationships(*items)).zipped()


def _parts(change: Callable[[Parts], Parts]) -> bytes:
    return change(commented()).zipped()


def _entity_in(name: str, doctype: str = _ENTITY) -> bytes:
    """The comments under another name, with an entity in them."""
    content = doctype + COMMENTS_TEXT.replace("已核对", "&e;")
    return commented(comments_part=name).put(name, content).zipped()


def _case(name: str, make: Callable[[], bytes], due: Due = Due.FLAG, *codes: str) -> Case:
    return simple(_ROW, name, due, make, *codes, cell=WRONG_CELL if due is Due.FLAG else None)


_REFUSED = (
    _case("comments cut", lambda: _comments(COMMENTS_TEXT[:-30]), Due.REFUSE, "damaged"),
    _case("comments of rubbish", lambda: _comments(b"\x00\x01rubbish"), Due.REFUSE, "damaged", "encoding"),
    _case("comments empty", lambda: _comments(b""), Due.REFUSE, "damaged"),
    _case(
        "comments 5,000 levels deep",
        lambda: _comment("<t>已核对</t>", "<r>" * 5000 + "</r>" * 5000),
        Due.REFUSE,
        "suspicious",
        "damaged",
    ),
    _case("comments name a document type", lambda: _comments(_EXTERNAL + COMMENTS_TEXT), Due.REFUSE, "doctype"),
    _case(
        "comments full of entities",
        lambda: _comments(f'<!DOCTYPE x [<!ENTITY l0 "lol">{_LEVELS}]>{COMMENTS_TEXT.replace("已核对", "&l9;")}'),
        Due.REFUSE,
        "doctype",
    ),
    *(_case(f"external entity in {name}", partial(_entity_in, name), Due.REFUSE, "doctype") for name in _ODD_NAMES),
    _case(
        "entity in comments in UTF-16",
        lambda: _comments((_ENTITY + COMMENTS_TEXT).encode("utf-16")),
        Due.REFUSE,
        "encoding",
        "doctype",
    ),
    _case("entity in the drawing", lambda: _drawing(_ENTITY + drawing()), Due.REFUSE, "doctype"),
    _case(
        "sheet's links cut", lambda: _parts(lambda parts: parts.put(SHEET_RELATIONSHIPS, "<R")), Due.REFUSE, "damaged"
    ),
    _case(
        "sheet's links empty", lambda: _parts(lambda parts: parts.put(SHEET_RELATIONSHIPS, "")), Due.REFUSE, "damaged"
    ),
    _case("content types cut", lambda: _parts(lambda parts: parts.put(TYPES, "<Types")), Due.REFUSE, "damaged"),
    _case(
        "40,000 comments",
        lambda: _comment(
            "</commentList>", '<comment ref="A9" authorId="0"><text/></comment>' * 40_000 + "</commentList>"
        ),
        Due.REFUSE,
        "too_many_comments",
    ),
    _case("drawing of 20 MB", lambda: _drawing(drawing() + " " * 20_000_000), Due.REFUSE, "part_too_large"),
)

_COMMENTS = (
    _case("no damage at all", lambda: commented().zipped()),
    _case("comments of another kind", lambda: _comments("<x/>")),
    _case("comments of another namespace", lambda: _comments(COMMENTS_TEXT.replace("spreadsheetml/2006", "x/2006"))),
    _case("comments without authors", lambda: _comment("<authors><author>某人</author></authors>", "")),
    _case("comments without a list", lambda: _comments(COMMENTS_TEXT.replace("commentList", "list"))),
    _case("author's number in words", lambda: _comments(COMMENTS_TEXT.replace('authorId="0"', 'authorId="甲"'))),
    _case("author's number out of range", lambda: _comments(COMMENTS_TEXT.replace('authorId="0"', 'authorId="-7e9"'))),
    _case("comment on no cell", lambda: _comment('ref="C6"', 'ref="第六行"')),
    _case("comment on a cell beyond all", lambda: _comment('ref="C6"', 'ref="ZZZ99999999"')),
    _case("comment without a cell", lambda: _comment('ref="C6" ', "")),
    _case("comment without text", lambda: _comment("<text><t>已核对</t></text>", "")),
    _case("comment with two texts", lambda: _comment("<text><t>已核对</t></text>", "<text><t>甲</t></text>" * 2)),
    _case("comment with text between its runs", lambda: _comment("<t>已核对</t>", "甲<t>乙</t>丙<r><t/></r><t>丁</t>")),
    _case("two comments on the cell", lambda: _comment('ref="D6"', 'ref="C6"')),
    _case("comment of 40,000 characters", lambda: _comment("已核对", "核" * 40_000)),
    _case("comments with instructions", lambda: _comment("<authors>", "<?x y?><!-- z --><authors><?x?><!-- -->")),
    _case("comments in UTF-16", lambda: _comments(COMMENTS_TEXT.encode("utf-16")), Due.EITHER, "encoding"),
    _case(
        "comments in GB 18030",
        lambda: _comments(f'<?xml version="1.0" encoding="GB18030"?>{COMMENTS_TEXT}'.encode("gb18030")),
        Due.EITHER,
        "encoding",
    ),
    _case("comments under a name with blanks", lambda: commented(comments_part="xl/批注 1.xml").zipped()),
    _case(
        "comments with the type of a sheet",
        lambda: _parts(lambda parts: parts.swap(TYPES, "comments+xml", "worksheet+xml")),
    ),
    _case(
        "comments without a type",
        lambda: _parts(lambda parts: parts.swap(TYPES, f'PartName="/{COMMENTS}"', 'PartName="/x"')),
    ),
    _case("threaded comments of rubbish", lambda: _parts(_with_threads)),
)

_DRAWINGS = (
    _case("drawing of rubbish", lambda: _drawing(b"\xff\xd8 <<< & no drawing >")),
    _case("drawing empty", lambda: _drawing(b"")),
    _case("drawing of blanks", lambda: _drawing(b" \n ")),
    _case("drawing cut", lambda: _drawing(drawing()[:-40])),
    _case("drawing of a single word", lambda: _drawing("rubbish")),
    _case("drawing of another kind", lambda: _drawing("<html><body/></html>")),
    _case("drawing 5,000 levels deep", lambda: _drawing("<xml>" + "<a>" * 5000 + "</a>" * 5000 + "</xml>"), Due.EITHER),
    _case("drawing in UTF-16", lambda: _drawing(drawing().encode("utf-16")), Due.EITHER, "encoding"),
    _case("drawing with a break left open", lambda: _drawing(drawing().replace("<x:Anchor>", "<br><x:Anchor>", 1))),
    *(
        _case(f"anchor {text!r}"[:60], partial(lambda text: _drawing(drawing(text)), text))
        for text in (
            "",
            "左上角",
            "1, 2, 3",
            "NaN, 0, inf, 0, 1, 1, 1, 1",
            ANCHOR.replace("3", "9" * 5000),
            "-1,0,-1,0,-2,0,-2,0",
            "٣, 15, 4, 10, 5, 15, 8, 4",
            "16383, 9, 1048575, 9, 0, 0, 0, 0",
            "²" + ANCHOR[1:],
        )
    ),
    _case("box without an anchor", lambda: _drawing(drawing().replace(f"<x:Anchor>{ANCHOR}</x:Anchor>", ""))),
    _case("two boxes of one number", lambda: _drawing(drawing(numbers=(1025, 1025)))),
    _case("box of a cell in odd digits", lambda: _drawing(drawing().replace("<x:Row>5<", "<x:Row>٥<"))),
    _case("box of a cell beyond all", lambda: _drawing(drawing().replace("<x:Row>5<", f"<x:Row>{'9' * 5000}<"))),
    _case("two boxes of one cell", lambda: _drawing(drawing().replace("<x:Column>3<", "<x:Column>2<"))),
    *(
        _case(
            f"block of shapes {text[:12]!r}",
            partial(lambda text: _drawing(drawing().replace('data="1"', f'data="{text}"')), text),
        )
        for text in ("", "甲", "9" * 5000, ",,1,,", "9999999999")
    ),
    _case("no list of blocks", lambda: _drawing(drawing().replace('<o:idmap v:ext="edit" data="1"/>', ""))),
)


def _with_threads(parts: Parts) -> Parts:
    """The comments said to be threaded, with threads that are none."""
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    item = f'<Relationship Id="rId3" Type="{kind}" Target="../threadedComments/threadedComment1.xml"/>'
    parts.swap(SHEET_RELATIONSHIPS, "</Relationships>", f"{item}</Relationships>")
    return parts.put("xl/threadedComments/threadedComment1.xml", '<x><threadedComment ref="C6" id="{0}"/></x>')


_LINKS = (
    _case("links of another kind", lambda: _parts(lambda parts: parts.put(SHEET_RELATIONSHIPS, "<x/>"))),
    _case("no links", lambda: _parts(lambda parts: parts.drop(SHEET_RELATIONSHIPS))),
    _case("comments missing", lambda: _parts(lambda parts: parts.drop(COMMENTS))),
    _case("drawing missing", lambda: _parts(lambda parts: parts.drop(DRAWING))),
    _case(
        "drawing and comments are one part",
        lambda: _links(relationship(1, "vmlDrawing", f"/{COMMENTS}"), relationship(2, "comments", f"/{COMMENTS}")),
    ),
    _case(
        "drawing and comments are the sheet",
        lambda: _links(relationship(1, "vmlDrawing", "sheet3.xml"), relationship(2, "comments", "sheet3.xml")),
    ),
    _case(
        "comments are the workbook",
        lambda: _links(relationship(1, "vmlDrawing", f"/{DRAWING}"), relationship(2, "comments", "../workbook.xml")),
    ),
    _case("comments are the content types", lambda: _links(relationship(2, "comments", "/%5BContent_Types%5D.xml"))),
    _case("comments are the links themselves", lambda: _links(relationship(2, "comments", "_rels/sheet3.xml.rels"))),
    _case("drawing is the styles", lambda: _links(relationship(1, "vmlDrawing", "../styles.xml"))),
    _case(
        "comments twice",
        lambda: _links(
            relationship(1, "vmlDrawing", f"/{DRAWING}"), *(relationship(n, "comments", f"/{COMMENTS}") for n in (2, 3))
        ),
    ),
    _case(
        "one number for both links",
        lambda: _links(relationship(1, "vmlDrawing", f"/{DRAWING}"), relationship(1, "comments", f"/{COMMENTS}")),
    ),
    _case(
        "links without a target",
        lambda: _links('<Relationship Id="rId1"/>', "<Relationship/>", relationship(3, "comments", "")),
    ),
    _case(
        "links out of the file",
        lambda: _links(
            relationship(1, "vmlDrawing", "../../../../../etc/hostname"),
            relationship(2, "comments", "file:///etc/hostname"),
        ),
    ),
    _case(
        "another sheet has the same comments",
        lambda: _parts(
            lambda parts: parts.put("xl/worksheets/_rels/sheet2.xml.rels", parts.parts[SHEET_RELATIONSHIPS])
        ),
        Due.REFUSE,
        "sheets_share_part",
    ),
    _case(
        "links of a part that is none",
        lambda: _parts(lambda parts: parts.put("_rels/x.rels", "rubbish")),
        Due.EITHER,
        "damaged",
    ),
    _case("content types of another kind", lambda: _parts(lambda parts: parts.put(TYPES, "<x/>")), Due.EITHER),
    _case(
        "content types without extensions",
        lambda: _parts(lambda parts: parts.swap(TYPES, "<Default", "<Other", 2)),
        Due.EITHER,
    ),
    _case(
        "drawing's link without a number",
        lambda: _parts(
            lambda parts: parts.swap("xl/worksheets/sheet3.xml", '<legacyDrawing r:id="rId1"/>', "<legacyDrawing/>")
        ),
    ),
    _case(
        "drawing's link to the comments",
        lambda: _parts(
            lambda parts: parts.swap("xl/worksheets/sheet3.xml", 'Drawing r:id="rId1"', 'Drawing r:id="rId2"')
        ),
    ),
    _case(
        "two links to drawings",
        lambda: _parts(
            lambda parts: parts.swap(
                "xl/worksheets/sheet3.xml", "</worksheet>", '<legacyDrawing r:id="rId1"/></worksheet>'
            )
        ),
    ),
)

CASES: tuple[Case, ...] = (*_REFUSED, *_COMMENTS, *_DRAWINGS, *_LINKS)
