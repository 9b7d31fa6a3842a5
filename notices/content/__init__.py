"""What a notice says: its tables, its sentences and its figures, without any file."""
