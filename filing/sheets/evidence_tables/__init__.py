"""The tables of the evidence that are read from the cells of the sheets that are filed."""
