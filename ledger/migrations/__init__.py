"""The migrations of the ledger's schema; only `ledger.migrate` runs them."""
