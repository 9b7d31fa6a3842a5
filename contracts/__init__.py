"""What a valid submission is: data files, and the code that reads them."""
