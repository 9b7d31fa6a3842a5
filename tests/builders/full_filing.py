"""The sample's filing context with a receipt and a copy of the county's own file."""

from filing.context.filing_context import FilingContext, Receipt
from tests.builders.filing_contexts import AS_OF, make_context, make_filed


def make_full_context() -> FilingContext:
    """Make the context of the sample's filing, with a receipt and a copy of the county's own file."""
    filed = make_filed()
    receipt = Receipt("2024-530113-1-0a1b2c3d", 12, "0a1b2c3d" * 8, AS_OF)
    return make_context(
        type(filed)(
            due_county=filed.due_county,
            county_state=filed.county_state,
            report=filed.report,
            plan=filed.plan,
            earlier_reports=filed.earlier_reports,
            receipt=receipt,
            source_file="530113/530113-2024-第2版-报送原件.xlsx",
        )
    )
