"""Repairs tried on the workbook before they are proposed."""
