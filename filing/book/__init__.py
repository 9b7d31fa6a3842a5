"""The document model of a workbook: sheets, cells and styles as values."""
