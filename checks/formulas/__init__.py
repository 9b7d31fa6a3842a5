"""Formulas of cells: what they compute, and the cells that they add up."""
