"""Which function serves which check named in a contract."""

from collections.abc import Callable, Iterator, Mapping

from checks.model.failing_rows import FailingRows
from checks.model.violation import SkippedRule, Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table
from checks.rules.agreement.last_version import check_kept_since_last_version
from checks.rules.agreement.last_year import check_kept_since_last_year
from checks.rules.agreement.titles import check_titles_agree
from checks.rules.area_rules import AREA_CHECKS
from checks.rules.cell_rules import check_no_error_values, check_numbers_as_text, check_numbers_parse
from checks.rules.code_rules import CODE_CHECKS, check_code_length
from checks.rules.column_rules import (
    check_not_dragged,
    check_project_code,
    check_share_of_total,
    check_shares_close,
    check_township_code,
    check_township_unambiguous,
    check_unique_rows,
)
from checks.rules.content_rules import check_nothing_foreign
from checks.rules.cover_rules import check_anything_filled, check_divisions_agree, check_filled_in, check_labels_found
from checks.rules.cross_year_rules import (
    check_not_copied,
    check_not_filed_before,
    check_plan_unchanged,
    check_steady,
    constrain_cumulative_figures,
    constrain_opening_balances,
)
from checks.rules.form_rules import (
    check_form_present,
    check_headings_found,
    check_total_row_once,
    check_unit_stated,
)
from checks.rules.formula_rules import check_formula_results
from checks.rules.plausibility.dates import check_dates_in_order, check_dates_in_range, check_filling_date
from checks.rules.plausibility.outliers import check_outliers
from checks.rules.plausibility.parts import check_detail_within, check_part_within_whole
from checks.rules.plausibility.ranges import check_in_range, check_years_in_range
from checks.rules.plausibility.ratios import check_ratio_to_last_year, check_ratio_to_target
from checks.rules.plausibility.standard import check_standard_metric, check_standard_options
from checks.rules.plot_rules import (
    check_accepted_before_counted,
    check_accepted_in_time,
    check_disjoint,
    check_groups_in_summary,
    check_no_worse,
    check_projects_listed,
    check_used_once,
)
from checks.rules.plot_sum_rules import (
    check_subtotals,
    check_unit_plausible,
    constrain_detail_total,
    constrain_row_sums,
    constrain_to_detail,
    constrain_to_other_table,
)
from checks.rules.project_rules import (
    check_adjustment_ratio,
    check_growth_at_least,
    check_map_years,
    check_project_balance,
    check_project_compare,
    check_units_approved,
    check_units_known,
    check_within_plan,
    check_year_within_period,
)
from checks.rules.report_text_rules import check_text_figures
from checks.rules.row_rules import BASIC_CHECKS, RowCheck
from checks.rules.sum_rules import (
    SumConstraint,
    check_at_least_assigned,
    check_townships_as_planned,
    constrain_column_total,
    constrain_to_plan,
    constrain_year_total,
)
from checks.rules.visibility_rules import check_nothing_hidden, check_shown_as_stored
from contracts.form_model import Rule

ROW_CHECKS: Mapping[str, RowCheck] = {**BASIC_CHECKS, **CODE_CHECKS, **AREA_CHECKS}

FORM_CHECKS: Mapping[str, Callable[[FormUnderCheck, Rule], Iterator[Violation | FailingRows | SkippedRule]]] = {
    "accepted_before_counted": check_accepted_before_counted,
    "accepted_in_time": check_accepted_in_time,
    "adjustment_ratio": check_adjustment_ratio,
    "anything_filled": check_anything_filled,
    "at_least_assigned": check_at_least_assigned,
    "code_length": check_code_length,
    "dates_in_order": check_dates_in_order,
    "dates_in_range": check_dates_in_range,
    "detail_within": check_detail_within,
    "disjoint": check_disjoint,
    "divisions_agree": check_divisions_agree,
    "filled_in": check_filled_in,
    "filling_date": check_filling_date,
    "form_present": check_form_present,
    "formula_results": check_formula_results,
    "groups_in_summary": check_groups_in_summary,
    "growth_at_least": check_growth_at_least,
    "headings_found": check_headings_found,
    "in_range": check_in_range,
    "kept_since_last_version": check_kept_since_last_version,
    "kept_since_last_year": check_kept_since_last_year,
    "labels_found": check_labels_found,
    "map_years": check_map_years,
    "no_error_values": check_no_error_values,
    "no_worse": check_no_worse,
    "not_copied": check_not_copied,
    "not_dragged": check_not_dragged,
    "not_filed_before": check_not_filed_before,
    "nothing_foreign": check_nothing_foreign,
    "nothing_hidden": check_nothing_hidden,
    "numbers_as_text": check_numbers_as_text,
    "numbers_parse": check_numbers_parse,
    "outliers": check_outliers,
    "part_within_whole": check_part_within_whole,
    "plan_unchanged": check_plan_unchanged,
    "project_balance": check_project_balance,
    "project_code": check_project_code,
    "project_compare": check_project_compare,
    "projects_listed": check_projects_listed,
    "ratio_to_last_year": check_ratio_to_last_year,
    "ratio_to_target": check_ratio_to_target,
    "share_of_total": check_share_of_total,
    "shares_close": check_shares_close,
    "shown_as_stored": check_shown_as_stored,
    "standard_metric": check_standard_metric,
    "standard_options": check_standard_options,
    "steady": check_steady,
    "subtotals": check_subtotals,
    "text_figures": check_text_figures,
    "titles_agree": check_titles_agree,
    "total_row_once": check_total_row_once,
    "township_code": check_township_code,
    "township_unambiguous": check_township_unambiguous,
    "townships_as_planned": check_townships_as_planned,
    "unique_rows": check_unique_rows,
    "unit_plausible": check_unit_plausible,
    "unit_stated": check_unit_stated,
    "units_approved": check_units_approved,
    "units_known": check_units_known,
    "used_once": check_used_once,
    "within_plan": check_within_plan,
    "year_within_period": check_year_within_period,
    "years_in_range": check_years_in_range,
}

# A sum is stated only where the table was found: `judge` hands it over.
SUM_CHECKS: Mapping[str, Callable[[FormUnderCheck, Table, Rule], Iterator[SumConstraint | SkippedRule]]] = {
    "begins_as_ended": constrain_opening_balances,
    "carries_forward": constrain_cumulative_figures,
    "column_total": constrain_column_total,
    "detail_total": constrain_detail_total,
    "equals_detail": constrain_to_detail,
    "equals_plan": constrain_to_plan,
    "equals_sum_of": constrain_to_other_table,
    "row_sum": constrain_year_total,
    "row_sums": constrain_row_sums,
}
