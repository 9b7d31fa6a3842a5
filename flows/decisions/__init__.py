"""Decisions of officers, judged and recorded."""
