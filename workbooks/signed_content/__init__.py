"""The canonical content of a finished workbook, which the signature covers."""
