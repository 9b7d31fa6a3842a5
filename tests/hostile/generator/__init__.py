"""Hostile files, made from a seed: each case with what is due and the code that must be given."""
