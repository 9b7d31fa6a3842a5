"""Explanations that are given as decisions: which findings they name, and how they count like those in the workbook."""
