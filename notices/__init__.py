"""Plans read from the documents that issue them: tables, prose and the list of annexes, held against each other."""
