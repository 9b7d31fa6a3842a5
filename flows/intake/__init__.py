"""From files in the inbox to checked submissions on record."""
