"""What a filing says: a book of sheets and cells, before any cell is written; pure."""
