"""Made-up submissions, for the sample command, tests and benchmarks."""
