"""From received files to checked submissions."""
