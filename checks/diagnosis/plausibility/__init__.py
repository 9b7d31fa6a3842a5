"""One violation for each implausible value."""
