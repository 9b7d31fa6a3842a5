"""Tests of workbooks/signed_content."""
