"""Files of notices, read as paragraphs and tables, whatever their format is."""
