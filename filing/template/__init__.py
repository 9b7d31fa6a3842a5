"""The blank submission that a county fills in."""
