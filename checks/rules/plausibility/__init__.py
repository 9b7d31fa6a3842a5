"""Rules on values that are well-formed but impossible or unlikely; all thresholds stand in the contracts."""
