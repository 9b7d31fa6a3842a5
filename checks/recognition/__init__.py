"""Table recognition: which table of the contract stands where on which sheet."""
