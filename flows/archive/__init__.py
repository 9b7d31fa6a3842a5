"""Archives of one county and year as BagIt bags."""
