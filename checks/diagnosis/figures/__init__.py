"""Errors in single figures, found by all conditions on them: products of a row, and sums over rows and tables."""
