"""Archives of a county and year as BagIt bags."""
