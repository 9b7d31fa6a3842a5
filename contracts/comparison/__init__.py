"""What differs between two sets of contracts, and which of them is stricter."""
