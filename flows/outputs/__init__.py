"""The outputs of a run: filings, review workbooks, boards, evidence, manifest."""
