"""What Prefect is told of a run: which faults are tried again, and what stands in its logs and tables."""

import errno

import pytest

from checks.model.finding import Refusal
from contracts.contract_library import open_library
from flows.artifacts import build_attention_table
from flows.prefect_support.temporary_faults import has_temporary_fault, is_temporary
from flows.run.run_summary import RunSummary
from flows.run_log import format_line
from flows.year.jobs import ProgressLine
from ledger.errors import DiskFailure, LedgerUnavailableError


class FailedState:
    """A state as Prefect hands it to a retry condition."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error

    def result(self, *, raise_on_failure: bool) -> BaseException | None:
        """Return the error as a value."""
        assert not raise_on_failure
        return self.error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (LedgerUnavailableError("l.sqlite", "database is locked"), True),
        (PermissionError(errno.EACCES, "held open"), True),
        (LedgerUnavailableError("l.sqlite", "full", disk_failure=DiskFailure.FULL), False),
        (OSError(errno.ENOSPC, "full"), False),
        (ValueError("a bug"), False),
        (None, False),
    ],
)
def test_only_faults_that_may_pass_are_tried_again(error: BaseException | None, *, expected: bool) -> None:
    """A busy database or a file held open may pass; a full disk and a bug do not."""
    assert has_temporary_fault(None, None, FailedState(error)) is expected
    assert error is None or is_temporary(error) is expected


def test_log_quotes_no_cell() -> None:
    """Stage, county, kind, file and counts are logged; the message to the county may quote its cells and is not."""
    facts = {"name": "报送.xlsx", "message": "单元格 C5 的“张三”有误。", "remedy": "请改正。", "hard": "2"}
    assert format_line("receive", "530113", ProgressLine("refused", facts)) == (
        "receive 530113 refused name=报送.xlsx hard=2"
    )


def test_refused_files_need_attention() -> None:
    """The table names each refused file with the code of its refusal, in Chinese headings."""
    messages = open_library().get_messages()
    refusal = Refusal(code="not_a_workbook", message="不是工作簿。", remedy="请另存。")
    summary = RunSummary(rows=(), refused=(("530113/a.xlsx", refusal),), skipped=(), refused_decisions=(), filing=None)
    assert build_attention_table(summary, messages) == [
        {"事项": "拒收的文件", "文件": "530113/a.xlsx", "原因": "not_a_workbook"}
    ]
