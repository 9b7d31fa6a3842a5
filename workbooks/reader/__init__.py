"""The workbook reader: a worker process, the reading library, and the cross-check of two readings."""
