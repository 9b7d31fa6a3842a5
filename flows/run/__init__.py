"""The order of the stages, the work that is pending, and the summary of a run."""
