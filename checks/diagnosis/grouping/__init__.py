"""Violations that are alike are one finding with its members: many rows, a blank block, what one text explains."""
