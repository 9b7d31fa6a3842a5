"""Parse text into values: amounts, dates and normalised text."""
