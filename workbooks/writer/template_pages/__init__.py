"""The pages of the blank submission, written with openpyxl."""
