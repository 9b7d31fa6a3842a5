"""The comparison with the plan: each township beside its own figures."""

from dataclasses import replace

from filing.context.accounts import collect_filing_figures
from filing.context.filing_context import COUNTY, Area
from filing.sheets.plan_comparison import build_plan_comparison
from tests.builders import dongchuan
from tests.builders.filing_contexts import AS_OF, HEAD, check_version, load_messages, make_context, make_filed


def test_townships_keep_their_figures_beside_a_year_of_totals() -> None:
    """Of a county without a plan, an earlier year that was filed as one total shifts no township's name."""
    report = check_version(2)
    totals = replace(report, figures=tuple(figure for figure in report.figures if not figure.township))
    county = replace(make_filed(), plan=None, past_reports={2023: totals})
    area = Area(COUNTY, dongchuan.COUNTY, "东川区")
    context = replace(make_context(), included_counties=(county,)).restrict_to(area, ledger_head=HEAD, as_of=AS_OF)
    figures = collect_filing_figures(context, load_messages())
    sheet = build_plan_comparison(context, figures, load_messages())
    rows = {str(row[1].value): [str(cell.value) for cell in row] for row in sheet.rows if len(row) > 2}
    for name, (_, linkage) in dongchuan.DONE.items():
        assert linkage in {value.rstrip("0").rstrip(".") or "0" for value in rows[name]} | set(rows[name])
