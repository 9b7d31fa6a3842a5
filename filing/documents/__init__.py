"""Documents to be signed: report, opinion, receipt."""
