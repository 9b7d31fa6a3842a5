"""Tables of a notice: columns and rows by their meaning, and what their figures must add up to."""
