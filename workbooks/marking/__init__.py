"""Findings written into the county's own file, and removed again."""
