"""Codes that name the row of a table: one that cannot be used is found from the other tables."""
