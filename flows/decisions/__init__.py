"""Evaluating and recording the decisions of officers."""
