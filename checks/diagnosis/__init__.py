"""Root causes: a wrong unit, swapped rows, a missing row and the like, reported instead of their symptoms."""
