"""What a run writes: filings, review workbooks, boards, evidence, manifest."""
