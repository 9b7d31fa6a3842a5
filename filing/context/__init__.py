"""What filings, reviews and archives are made from."""
