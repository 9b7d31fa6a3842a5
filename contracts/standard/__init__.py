"""The rules that the Open Data Contract Standard itself has words for."""
