"""Tests of filing/documents."""
