"""What a workbook fetches from elsewhere is named: linked pictures, programs asked by DDE, names with such formulas."""

from tests.builders.foreign_workbooks import edited_package, full_workbook, zipped
from workbooks.gate.foreign_content import find_foreign_content
from workbooks.gate.zip_container import Container

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def found_in(data: bytes) -> dict[str, list[str]]:
    """Return what is found in a workbook."""
    return find_foreign_content(Container.open_zip(data))


def test_ordinary_workbook_has_none() -> None:
    """Pictures and names of its own are no foreign content."""
    assert found_in(full_workbook()) == {}


def test_linked_picture_is_named() -> None:
    """A picture that is fetched when the file is opened."""
    picture = f'<Relationship Id="rId9" Type="{OFFICE}/image" Target="http://127.0.0.1/a.png" TargetMode="External"/>'
    listing = "xl/drawings/_rels/drawing1.xml.rels"
    edits = {listing: lambda text: text.replace("</Relationships>", f"{picture}</Relationships>")}
    assert found_in(edited_package(full_workbook(), edits)) == {"link": ["http://127.0.0.1/a.png"]}


def test_program_asked_by_dde_is_named() -> None:
    """The program and its topic, as a formula would write them."""
    with Container.open_zip(full_workbook()).archive as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    link = f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>'
    assert found_in(zipped({**parts, "xl/externalLinks/externalLink1.xml": link})) == {"link": ["cmd|/C calc"]}


def test_name_that_asks_the_network_is_named() -> None:
    """A formula that stands in a defined name only."""
    name = '<definedName name="行情">WEBSERVICE("http://127.0.0.1/")</definedName>'
    edits = {"xl/workbook.xml": lambda text: text.replace("<definedNames>", f"<definedNames>{name}")}
    assert found_in(edited_package(full_workbook(), edits)) == {"remote_names": ["行情"]}
