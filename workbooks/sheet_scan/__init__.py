"""A streaming scan of sheet markup: each sheet is judged and read once."""
