"""The ledger of every action, the store of every received file, keys and archives; the only user of a database."""
