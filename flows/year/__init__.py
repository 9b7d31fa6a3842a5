"""The state of a year: folders, inbox, inputs, lock, and what the ledger says."""
