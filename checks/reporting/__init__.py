"""Turn violations into findings, sentences and JSON."""
