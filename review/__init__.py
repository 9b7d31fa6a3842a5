"""Whose turn is it, and may they? History and an action in, an event or a refusal out; pure."""
