"""The status board of a year, as a workbook and as a page."""
