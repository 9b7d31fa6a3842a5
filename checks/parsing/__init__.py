"""Text into values: decimals, dates, normalised words."""
