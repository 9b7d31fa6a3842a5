"""Conversion of .xls, .et, .ods and .csv files to .xlsx, in the worker process; what is not kept is counted."""
