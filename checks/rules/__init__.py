"""The validation rules: one module per family, the registry, and their compilation to pandera schemas."""
