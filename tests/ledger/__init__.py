"""The record and the store, held to what they promise."""
