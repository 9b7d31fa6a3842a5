"""New workbooks written from values."""
