"""Files in other formats: read, converted to .xlsx, checked and returned."""
