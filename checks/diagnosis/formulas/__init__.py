"""Root causes in formulas: a range that leaves out a row, a stale result, a subtotal under a filter."""
