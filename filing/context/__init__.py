"""The data that filings, reviews and archives are built from."""
