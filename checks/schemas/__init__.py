"""The pandera schemas of forms: compiled from their rules, exported, and used to validate tables."""
