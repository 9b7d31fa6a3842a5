"""The sheets of a filing workbook, and the columns, rows and formulas that they share."""
