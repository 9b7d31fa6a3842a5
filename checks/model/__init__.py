"""Findings, violations, refusals, reports and raw workbooks: the values that the checks work with."""
