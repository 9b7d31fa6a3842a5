"""The county's page, as plain values."""
