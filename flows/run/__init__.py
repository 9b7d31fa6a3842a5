"""The order of the stages, the pending work, and the summary of a run."""
