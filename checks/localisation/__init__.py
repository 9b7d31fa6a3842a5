"""Error localisation: which smallest set of cells explains sums that do not hold (Fellegi-Holt)."""
