"""The small submission with one wrong figure and two comments, so that marking has something to write and to keep."""

from tests.hostile.generator.package import SHEET, Parts, good

TYPES = "[Content_Types].xml"
SHEET_RELATIONSHIPS = "xl/worksheets/_rels/sheet3.xml.rels"
COMMENTS = "xl/comments1.xml"
DRAWING = "xl/drawings/vmlDrawing1.vml"
WRONG_CELL = "C6"

MAIN_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SPREADSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_COMMENTS_TYPE = f"{_SPREADSHEET_TYPE}.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"

COMMENTS_TEXT = (
    f'<comments xmlns="{MAIN_NAMESPACE}"><authors><author>某人</author></authors><commentList>'
    '<comment ref="C6" authorId="0"><text><t>已核对</t></text></comment>'
    '<comment ref="D6" authorId="0"><text><t>见附件</t></text></comment></commentList></comments>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202"><x:ClientData ObjectType="Note"><x:Anchor>{anchor}</x:Anchor>'
    "<x:Row>5</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
ANCHOR = "3, 15, 4, 10, 5, 15, 8, 4"


def drawing(first: str = ANCHOR, second: str = ANCHOR, *, numbers: tuple[int, int] = (1025, 1026)) -> str:
    """Return the drawing with the boxes of both comments, at these anchors."""
    shapes = _SHAPE.format(number=numbers[0], anchor=first, column=2)
    shapes += _SHAPE.format(number=numbers[1], anchor=second, column=3)
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
        '</o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
        f'path="m,l,21600r21600,l21600,xe"/>{shapes}</xml>'
    )


def relationship(number: int, kind: str, target: str) -> str:
    """Return one reference to another part."""
    return f'<Relationship Id="rId{number}" Type="{OFFICE_NAMESPACE}/{kind}" Target="{target}"/>'


def relationships(*items: str) -> str:
    """Return a list of references."""
    return f'<Relationships xmlns="{_PACKAGE_NAMESPACE}">{"".join(items)}</Relationships>'


def wrong() -> Parts:
    """Return the parts of the submission with one wrong figure."""
    return good().swap(SHEET, '<c r="C6" s="8"><v>150</v></c>', '<c r="C6" s="8"><v>151</v></c>')


def commented(comments_part: str = COMMENTS, drawing_part: str = DRAWING) -> Parts:
    """Return the same with comments on the wrong cell and on the one beside it; the parts may have odd names."""
    parts = wrong().swap(SHEET, "</worksheet>", '<legacyDrawing r:id="rId1"/></worksheet>')
    parts.put(comments_part, COMMENTS_TEXT).put(drawing_part, drawing())
    parts.put(
        SHEET_RELATIONSHIPS,
        relationships(
            relationship(1, "vmlDrawing", f"/{drawing_part}"), relationship(2, "comments", f"/{comments_part}")
        ),
    )
    types = (
        f'<Override PartName="/{comments_part}" ContentType="{_COMMENTS_TYPE}"/>'
        f'<Override PartName="/{drawing_part}" ContentType="{_DRAWING_TYPE}"/></Types>'
    )
    return parts.swap(TYPES, "</Types>", types)
