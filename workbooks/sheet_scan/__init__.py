"""A streaming scan of sheet markup: each sheet is checked and read once."""
