"""Ordinary work of counties, cities and the province, told as they do it, each with its right end."""
