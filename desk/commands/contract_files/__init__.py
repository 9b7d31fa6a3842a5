"""Commands on the contract files themselves: lint, diff, new."""
