"""Which function serves which check named in a contract."""

from collections.abc import Callable, Iterator, Mapping

from checks.model.failing_rows import Offenders
from checks.model.violation import NotRun, Offence
from checks.recognition.form_instance import Subject
from checks.recognition.table import Table
from checks.rules.area_rules import AREA_CHECKS
from checks.rules.cell_rules import no_error_values, numbers_as_text, numbers_parse
from checks.rules.code_rules import CODE_CHECKS
from checks.rules.column_rules import (
    code_length,
    not_dragged,
    project_code,
    share_of_total,
    shares_close,
    township_code,
    township_unambiguous,
    unique_rows,
)
from checks.rules.cross_year_rules import begins_as_ended, carries_forward, not_filed_before, plan_unchanged, steady
from checks.rules.form_rules import (
    divisions_agree,
    filled_in,
    form_present,
    headings_found,
    labels_found,
    total_row_once,
    unit_stated,
)
from checks.rules.formula_rules import formula_results
from checks.rules.plot_rules import (
    accepted_before_counted,
    accepted_in_time,
    disjoint,
    groups_in_summary,
    no_worse,
    projects_listed,
    used_once,
)
from checks.rules.plot_sum_rules import detail_total, equals_detail, equals_sum_of, row_sums, unit_plausible
from checks.rules.project_rules import (
    adjustment_ratio,
    growth_at_least,
    map_years,
    project_balance,
    project_compare,
    units_approved,
    units_known,
    within_plan,
    year_within_period,
)
from checks.rules.report_text_rules import text_figures
from checks.rules.row_rules import BASIC_CHECKS, RowCheck
from checks.rules.sum_rules import (
    Stated,
    at_least_assigned,
    column_total,
    equals_plan,
    row_sum,
    townships_as_planned,
)
from checks.rules.visibility_rules import nothing_hidden, shown_as_stored
from contracts.form_model import Rule

ROW_CHECKS: Mapping[str, RowCheck] = {**BASIC_CHECKS, **CODE_CHECKS, **AREA_CHECKS}

FORM_CHECKS: Mapping[str, Callable[[Subject, Rule], Iterator[Offence | Offenders | NotRun]]] = {
    "accepted_before_counted": accepted_before_counted,
    "accepted_in_time": accepted_in_time,
    "adjustment_ratio": adjustment_ratio,
    "at_least_assigned": at_least_assigned,
    "code_length": code_length,
    "disjoint": disjoint,
    "divisions_agree": divisions_agree,
    "filled_in": filled_in,
    "form_present": form_present,
    "formula_results": formula_results,
    "groups_in_summary": groups_in_summary,
    "growth_at_least": growth_at_least,
    "headings_found": headings_found,
    "labels_found": labels_found,
    "map_years": map_years,
    "no_error_values": no_error_values,
    "nothing_hidden": nothing_hidden,
    "no_worse": no_worse,
    "not_dragged": not_dragged,
    "not_filed_before": not_filed_before,
    "numbers_as_text": numbers_as_text,
    "numbers_parse": numbers_parse,
    "plan_unchanged": plan_unchanged,
    "project_balance": project_balance,
    "project_code": project_code,
    "project_compare": project_compare,
    "projects_listed": projects_listed,
    "share_of_total": share_of_total,
    "shares_close": shares_close,
    "shown_as_stored": shown_as_stored,
    "steady": steady,
    "text_figures": text_figures,
    "total_row_once": total_row_once,
    "township_code": township_code,
    "township_unambiguous": township_unambiguous,
    "townships_as_planned": townships_as_planned,
    "unique_rows": unique_rows,
    "unit_plausible": unit_plausible,
    "unit_stated": unit_stated,
    "units_approved": units_approved,
    "units_known": units_known,
    "used_once": used_once,
    "within_plan": within_plan,
    "year_within_period": year_within_period,
}

# A sum is stated only where the table was found: `judge` hands it over.
SUM_CHECKS: Mapping[str, Callable[[Subject, Table, Rule], Iterator[Stated | NotRun]]] = {
    "begins_as_ended": begins_as_ended,
    "carries_forward": carries_forward,
    "column_total": column_total,
    "detail_total": detail_total,
    "equals_detail": equals_detail,
    "equals_plan": equals_plan,
    "equals_sum_of": equals_sum_of,
    "row_sum": row_sum,
    "row_sums": row_sums,
}
