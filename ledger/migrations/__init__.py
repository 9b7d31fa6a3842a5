"""How the record's layout came to be, step by step; run by `ledger.migrating` only."""
