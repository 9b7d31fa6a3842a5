"""One module for each migration, oldest first. Never change a released migration: add another one."""
