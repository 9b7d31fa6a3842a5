"""Answers to questions about what is on record: one value over all versions, one rule over counties and years."""
