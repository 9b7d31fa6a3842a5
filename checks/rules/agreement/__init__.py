"""Rules on what is foreign or absent: other years and counties, and what an earlier submission still had."""
