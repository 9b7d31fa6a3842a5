"""Spreadsheets in and out: the only room that opens one."""
