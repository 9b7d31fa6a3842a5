"""Every check that a contract may name, with the arguments that its rule must give.

Heavy modules are not imported here, because a run validates the contracts before it loads the checks.
"""

from collections.abc import Mapping

from contracts.errors import ContractError
from contracts.form_model import Form

REQUIRED_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "accepted_before_counted": ("column", "form", "passed"),
    "accepted_in_time": ("column", "entered"),
    "adjustment_ratio": ("approval", "most", "part", "supplement", "whole"),
    "anything_filled": (),
    "at_least_assigned": ("measure", "total"),
    "at_most": ("column", "limit"),
    "begins_as_ended": ("pairs",),
    "carries_forward": ("pairs",),
    "code_length": ("columns",),
    "codes_nested": ("pairs",),
    "column_total": ("rows",),
    "completion_rate": ("column", "part", "whole"),
    "converted": ("column", "from", "per"),
    "dates_in_order": ("pairs",),
    "dates_in_range": ("columns",),
    "decimals_at_most": (),
    "deduction": ("deducted", "gross", "net", "ratio"),
    "detail_total": ("rows",),
    "detail_within": ("amount", "column", "form", "group"),
    "disjoint": ("columns", "form"),
    "divisions_agree": ("city", "county"),
    "equals_detail": ("sums",),
    "equals_plan": ("measure", "parts", "total"),
    "equals_sum_of": ("amount", "column", "form"),
    "filled": ("columns",),
    "filled_in": ("fields",),
    "filling_date": ("column", "earliest", "latest"),
    "form_present": (),
    "formula_results": (),
    "grade_within": ("column", "limits", "standard"),
    "groups_in_summary": ("form",),
    "growth_at_least": ("base", "cumulative", "least"),
    "headings_found": (),
    "in_code_list": ("columns",),
    "in_range": ("columns",),
    "kept_since_last_version": ("percent",),
    "kept_since_last_year": (),
    "label_agrees": ("pairs",),
    "labels_found": (),
    "map_years": ("approved", "base", "survey"),
    "no_error_values": (),
    "no_worse": ("columns", "form", "weight"),
    "none_beginning": ("column", "prefix"),
    "none_of": ("column", "values"),
    "not_copied": ("least", "percent"),
    "not_dragged": ("columns", "rows"),
    "not_filed_before": ("column", "forms"),
    "not_negative": (),
    "nothing_foreign": (),
    "nothing_hidden": (),
    "numbers_as_text": (),
    "numbers_parse": (),
    "one_of": ("column", "values"),
    "outliers": ("apart", "columns", "rows", "score"),
    "part_within_whole": ("pairs",),
    "percentage": ("column", "part", "whole"),
    "plan_unchanged": ("columns",),
    "project_balance": ("column", "floor"),
    "project_code": ("column", "form"),
    "project_compare": ("base", "begin", "direction", "end"),
    "projects_listed": ("form",),
    "ratio_to_last_year": ("columns", "least", "times"),
    "ratio_to_target": ("least", "pairs", "percent", "times"),
    "reason_given": ("column", "reason"),
    "row_sum": ("parts", "total"),
    "row_sums": ("sums",),
    "serial_numbers": ("column",),
    "share_of_total": ("column", "part"),
    "shares_close": ("column",),
    "shown_as_stored": (),
    "steady": ("columns", "least", "percent"),
    "subtotals": (),
    "text_figures": ("column",),
    "titles_agree": ("comparisons", "generic", "office"),
    "total_row_once": (),
    "township_code": ("column",),
    "township_full_name": ("column",),
    "township_known": ("column",),
    "township_unambiguous": ("column",),
    "townships_as_planned": ("measure",),
    "unique_in_table": ("column",),
    "unique_rows": ("columns",),
    "unit_plausible": ("amount", "column", "detail", "factors", "per"),
    "unit_stated": (),
    "units_approved": (),
    "units_known": ("column",),
    "used_once": ("column", "columns", "form", "used"),
    "within_plan": ("pairs",),
    "year_within_period": ("extension", "from", "until"),
    "years_at_most": ("from", "most", "until", "usual"),
    "years_in_range": ("columns", "least"),
}


def refuse_unknown_checks(form: Form) -> None:
    """Raise `ContractError` if a rule names a check that does not exist, or lacks an argument that its check needs."""
    for rule in form.rules:
        if rule.check not in REQUIRED_ARGUMENTS:
            raise ContractError(form.name, f"rule {rule.id}: no check is named {rule.check!r}")
        missing = [name for name in REQUIRED_ARGUMENTS[rule.check] if name not in rule.arguments]
        if missing:
            raise ContractError(form.name, f"rule {rule.id}: the check {rule.check} needs {missing}")
