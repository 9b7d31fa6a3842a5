"""CPU time of a run by part."""
