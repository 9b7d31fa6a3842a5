"""OOXML packages edited in place: parts, relationships, styles and comments."""
