"""The state of a year: folders, inbox, inputs, lock, and the replayed record."""
