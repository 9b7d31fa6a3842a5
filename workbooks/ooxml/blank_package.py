"""A package without sheets, for a list that cannot go into the workbook that it belongs to."""

from workbooks.ooxml.zip_package import CONTENT_TYPES, RELATIONSHIPS_TYPE, ZipPackage

_MAIN_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_NAMESPACE = "http://schemas.openxmlformats.org/package/2006"
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_BLANK_PARTS = {
    CONTENT_TYPES: (
        f'<Types xmlns="{_PACKAGE_NAMESPACE}/content-types">'
        f'<Default Extension="rels" ContentType="{RELATIONSHIPS_TYPE}"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_WORKBOOK_TYPE}"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE_NAMESPACE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE_NAMESPACE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN_NAMESPACE}" xmlns:r="{_OFFICE_NAMESPACE}"><sheets/></workbook>',
}


def create_blank_package() -> ZipPackage:
    """Return the package of a workbook to which sheets are still to be added."""
    package = ZipPackage({})
    for name, content in _BLANK_PARTS.items():
        package.store_part(name, content.encode())
    return package
