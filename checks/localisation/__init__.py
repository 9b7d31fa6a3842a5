"""Localise errors: find the smallest sets of cells whose change satisfies all sums (Fellegi-Holt principle)."""
