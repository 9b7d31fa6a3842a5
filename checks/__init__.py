"""Validate submissions: cells and contracts in, findings out; no file, clock, database or flow engine.

Nothing is imported here, so that the modules for findings can be imported without loading polars.
"""
