"""Tests of filing/book."""
