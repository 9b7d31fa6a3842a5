"""The commands that answer questions from the record; `flows.analysis` finds the answers."""
