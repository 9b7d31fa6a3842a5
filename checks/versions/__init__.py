"""Compare two versions of one submission: row identity, differences, explanations carried over."""
