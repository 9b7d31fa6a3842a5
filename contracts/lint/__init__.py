"""Mistakes in the contracts, each with its file, its line and its remedy, before any of them takes effect."""
