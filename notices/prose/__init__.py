"""Sentences of a notice: figures by township, totals, targets that a higher level has set."""
