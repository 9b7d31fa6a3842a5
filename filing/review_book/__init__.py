"""The review workbook, in which officers record decisions."""
