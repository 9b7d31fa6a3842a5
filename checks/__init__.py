"""Does a submission hold? Cells and contracts in, findings out; no file, clock, database or flow engine.

Nothing is imported here: the light modules (findings) must not pull in polars.
"""
