"""The plan that a notice issues, put together from its tables and sentences, and what they contradict each other in."""
