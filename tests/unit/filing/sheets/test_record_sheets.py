"""The record in the province's filing: opinions, issues, versions, who is missing, and the cover."""

from dataclasses import replace
from decimal import Decimal

from checks.model.violation import SkippedRule
from filing.book.cell_builders import build_text_cell, format_date, split_long_row
from filing.book.table_numbers import get_table_number
from filing.book.workbook_model import Cell, CellStyle
from filing.filing_books import build_county_book, build_province_book
from tests.builders.filing_contexts import (
    HEAD,
    check_version,
    decide,
    load_messages,
    make_context,
    make_filed,
    make_interim_context,
    make_version,
    rollup_row,
    sheet_of,
    texts_of,
)
from workbooks.writer.write_book import write_book


def test_opinions_list_every_decision() -> None:
    """Each decision stands with its level, action, number, opinion, unit, officer and date."""
    rows = sheet_of(build_province_book(make_context(), load_messages()), "opinions").rows[3:7]
    assert [row[4].value for row in rows] == ["报送", "接收复核", "复核同意", "备案"]
    assert [row.value for row in rows[2][1:]] == [
        "东川区",
        "第2版",
        "市级",
        "复核同意",
        "昆自然资核〔2025〕3号",
        "数据属实，同意。",
        "昆明市自然资源和规划局",
        "复核员",
        "2025年2月8日",
    ]


def test_issue_that_a_later_version_mended_says_so() -> None:
    """The findings on version 1 are listed with word and colour, and as mended by version 2."""
    rows = sheet_of(build_province_book(make_context(), load_messages()), "issues").rows[3:5]
    assert [row[3].value for row in rows] == ["强制", "核实"]
    assert [row[3].style for row in rows] == [CellStyle.HARD, CellStyle.SOFT]
    assert {row[-1].value for row in rows} == {"后续版次已更正\n（第2版）"}
    assert "序号 8 重复" in str(rows[0][7].value)


def test_issue_that_remains_is_kept() -> None:
    """A finding that the filed version still has is listed on both versions as kept."""
    filed = make_filed()
    first = check_version(1)
    still = replace(filed, report=replace(first, identity=filed.report.identity))
    rows = sheet_of(build_province_book(make_context(still), load_messages()), "issues").rows[3:7]
    assert [row[2].value for row in rows] == ["第1版", "第1版", "第2版", "第2版"]
    assert {row[-1].value for row in rows} == {"保留"}


def test_rule_on_trial_is_marked_so() -> None:
    """A finding of a rule on trial bears the word beside its severity."""
    filed = make_filed()
    first = check_version(1)
    trial = replace(first, findings=tuple(replace(finding, trial=True) for finding in first.findings))
    context = make_context(replace(filed, earlier_reports=((filed.earlier_reports[0][0], trial),)))
    assert "试行强制" in texts_of(sheet_of(build_province_book(context, load_messages()), "issues"))


def test_rule_that_could_not_run_is_listed() -> None:
    """Rules that could not run on the filed version are listed beside the findings."""
    filed = make_filed()
    report = replace(filed.report, not_run=(SkippedRule("T01", "年度完成情况表", "no_single_total_row"),))
    said = texts_of(
        sheet_of(build_province_book(make_context(replace(filed, report=report)), load_messages()), "issues")
    )
    assert "《年度完成情况表》的 T01 未能核对" in said


def test_no_issue_leaves_one_line() -> None:
    """Where nothing was found on any version, the sheet says so."""
    context = make_context(replace(make_filed(), earlier_reports=()))
    assert "各版次均未发现问题。" in texts_of(sheet_of(build_province_book(context, load_messages()), "issues"))


def test_versions_bear_their_whole_digest() -> None:
    """Every version received stands with its file name, day, full digest and outcome."""
    rows = sheet_of(build_province_book(make_context(), load_messages()), "versions").rows[3:5]
    assert [row[5].value for row in rows] == [make_version(1).sha256, make_version(2).sha256]
    assert [row[5].style for row in rows] == [CellStyle.HASH, CellStyle.HASH]
    assert [row[4].value for row in rows] == ["2025年1月11日", "2025年1月12日"]
    assert [row[6].value for row in rows] == ["强制 1，核实 1，提示 0", "通过"]


def test_version_checked_under_other_rules_says_so() -> None:
    """A version that was checked under rules other than those on the cover names them."""
    filed = make_filed()
    older = replace(filed.county_state.versions[1], contracts_sha256="ab" * 32)
    standing = replace(filed.county_state, versions=(filed.county_state.versions[0], older))
    rows = sheet_of(
        build_province_book(make_context(replace(filed, county_state=standing)), load_messages()), "versions"
    ).rows
    assert rows[4][6].value == "通过\n（规则 abababababab）"


def test_unchecked_version_says_so() -> None:
    """A version that was received but not checked yet is listed as such."""
    filed = make_filed()
    raw = replace(filed.county_state.versions[0], hard_count=None, soft_count=None)
    standing = replace(filed.county_state, versions=(raw, filed.county_state.versions[1]))
    rows = sheet_of(
        build_province_book(make_context(replace(filed, county_state=standing)), load_messages()), "versions"
    ).rows
    assert rows[3][6].value == "尚未核对"


def test_interim_filing_names_who_is_missing() -> None:
    """While a due county is not filed, cover and roll-up are headed 阶段性 and the county stands with its state."""
    book = build_province_book(make_interim_context(), load_messages())
    assert book.title.endswith("（阶段性）")
    assert "未备案：昆明市|呈贡区（市级复核中）" in texts_of(sheet_of(book, "cover"))
    assert "（阶段性）" in texts_of(sheet_of(book, "rollup"))
    assert rollup_row(book, "昆明市小计（2县中1县）")[2] == Decimal(1700)
    assert "1|昆明市|呈贡区|530114|市级复核中|市级|2025年2月28日（已过）" in texts_of(sheet_of(book, "open"))


def test_county_nobody_has_heard_of_is_missing_too() -> None:
    """A due county without any history is listed as due, and it is the county's turn."""
    book = build_province_book(replace(make_interim_context(), pending_counties=()), load_messages())
    assert "呈贡区|530114|应报|县级|2025年1月31日（已过）" in texts_of(sheet_of(book, "open"))


def test_cover_states_what_the_filing_rests_on() -> None:
    """The cover bears the rule-set version, the ledger's head and the day, by Beijing's clock, of its entry."""
    context = make_context()
    said = texts_of(sheet_of(build_province_book(context, load_messages()), "cover"))
    assert f"台账校验值|{HEAD}" in said
    assert f"规则版本|{context.contracts_version}" in said
    assert "2025年3月21日" in said
    assert "备案单位|云南省自然资源厅" in said


def test_county_texts_stay_text_and_writable() -> None:
    """Opinions with formulas and control characters reach the book as text that can be written."""
    filed = make_filed()
    wild = decide("city", "approve", opinion='=HYPERLINK("http://x","y")\r\n第二行\x00\x1b\ud800\ufffe')
    context = make_context(replace(filed, county_state=replace(filed.county_state, decisions=(wild,))))
    book = build_province_book(context, load_messages())
    opinion = sheet_of(book, "opinions").rows[3][6]
    assert opinion.formula is None
    assert opinion.value == '=HYPERLINK("http://x","y")\n第二行    '
    assert write_book(book)


def test_long_opinion_continues_in_further_rows() -> None:
    """An opinion longer than a printed row goes on below, and not a character is lost."""
    filed = make_filed()
    long = "".join(f"{at}号图斑已逐一核实；" for at in range(400))
    context = make_context(
        replace(filed, county_state=replace(filed.county_state, decisions=(decide("city", "approve", opinion=long),)))
    )
    rows = sheet_of(build_province_book(context, load_messages()), "opinions").rows[3:-2]
    assert len(rows) > 1
    assert "".join(str(row[6].value) for row in rows) == long
    assert {row[1].value for row in rows[1:]} == {""}


def test_short_row_is_not_folded() -> None:
    """A row whose texts fit stays one row."""
    row = (build_text_cell("一"), Cell(1, CellStyle.CENTRE))
    assert split_long_row(row, (10.0, 5.0)) == (row,)


def test_date_that_is_none_stays_as_written() -> None:
    """A decision whose date is no date shows what was written."""
    assert format_date("二月上旬", load_messages()) == "二月上旬"


def test_tables_are_numbered_without_a_gap_whatever_a_book_holds() -> None:
    """Tables bear 附表1, 附表2 and so on as they stand, and the contents on the cover call them by these numbers."""
    words = load_messages()
    for book in (
        build_province_book(make_context(), words),
        build_province_book(make_interim_context(), words),
        build_county_book(make_context(), words),
    ):
        numbers = {sheet.name: str(get_table_number(sheet)) for sheet in book.sheets if get_table_number(sheet)}
        annexes = [number for number in numbers.values() if number.startswith("附表")]
        assert annexes == [f"附表{at}" for at in range(1, len(annexes) + 1)]
        contents = {str(row[1].value): row[0].value for row in book.sheets[0].rows if len(row) > 1 and row[1].link}
        assert {name: item for name, item in numbers.items() if item in annexes} == {
            name: item for name, item in contents.items() if item in annexes
        }
