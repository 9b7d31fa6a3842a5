"""Verifies that ledger, object store and outputs are as they were recorded and signed."""
