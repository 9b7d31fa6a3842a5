"""Each page is one file that fetches nothing, has no markup that a county wrote, and states true totals."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from checks.versions.row_identity import build_form_snapshots
from checks.versions.version_diff import VersionChanges, compare_findings, compare_forms
from contracts.contract_library import open_library
from filing.html_pages import render_status_page, render_submission_page
from filing.pages.progress_plots import build_progress_plots
from filing.pages.submission_page import PageHeading, SubmissionPage, build_submission_page
from filing.status.status_page import CityRow, CountyRow, StatusPage
from tests.builders.dongchuan import COVER, SHEET_2, SHEET_3, Draft, submission
from tests.builders.markup_texts import HOSTILE
from workbooks.examine import validate_file
from workbooks.reader.read_workbook import read_workbook

LIBRARY = open_library()
WORDS = LIBRARY.get_messages()
TAGS = frozenset(
    [
        *("html", "head", "meta", "title", "style", "body", "header", "section", "footer", "h1", "h2", "h3", "p"),
        *("ul", "li", "b", "table", "thead", "tbody", "tr", "th", "td", "span", "br", "a", "svg", "rect", "line"),
    ]
)


FETCHED = re.compile(rb"<(script|link|img|iframe|object|embed|base|form)\b|\b(src|srcset|action|on\w+)=|@import|url\(")


def report_on(draft: Draft) -> ValidationReport:
    """Check a workbook that is not refused."""
    report = validate_file(draft.bytes(), LIBRARY, WORDS)
    assert not isinstance(report, Refusal)
    return report


def page_of(
    draft: Draft, *, most: int = 200, name: str = "东川区.xlsx", changes: VersionChanges | None = None
) -> SubmissionPage:
    """Build the page of a workbook."""
    report = report_on(draft)
    plots = build_progress_plots(report, LIBRARY.get_plan("530113-2024-2026"))
    heading = PageHeading(
        name="东川区", file=name, sha256="a" * 64, received_at="2025-01-16T17:00:00+00:00", plots=plots
    )
    return build_submission_page(report, heading, WORDS, changes=changes, max_rows=most)


def changes_between(before: Draft, after: Draft) -> VersionChanges:
    """Compare two workbooks."""
    books = [read_workbook(draft.bytes(), WORDS) for draft in (before, after)]
    old, new = (build_form_snapshots(book, LIBRARY, WORDS) for book in books if not isinstance(book, Refusal))
    mended, fresh, left = compare_findings(report_on(before).findings, report_on(after).findings)
    return VersionChanges(
        since_version=1,
        cell_changes=compare_forms(old, new),
        resolved_findings=mended,
        new_findings=fresh,
        remaining_findings=left,
    )


def test_page_tells_verdict_findings_progress_and_changes() -> None:
    """What a steward wants to know stands there, in words."""
    first, second = submission(1), submission(2).put(SHEET_2, "C6", 77)
    text = render_submission_page(page_of(second, changes=changes_between(first, second)), WORDS).decode()
    for said in (
        "东川区",
        "第 2 版",
        "2025年1月17日",
        "请核对 C6，或将其改为 200",
        "与版次 1 相比",
        "铜都街道",
        "93.2%",
    ):
        assert said in text


def test_page_is_one_file_that_fetches_nothing() -> None:
    """No script, no style, font or picture from elsewhere; a policy that would forbid it besides."""
    page = render_submission_page(page_of(submission(1)), WORDS)
    assert FETCHED.search(page) is None
    assert b"http://" not in page
    assert b"https://" not in page
    assert b"default-src 'none'" in page
    assert b'<meta name="viewport"' in page
    assert b"@page { size: A4" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_county_writes_becomes_markup(text: str) -> None:
    """Names, figures, the cover and the file's name are shown as they were written."""
    before = submission(1).put(SHEET_3, "B9", "汤丹镇")
    draft = submission(2).put(SHEET_3, "B9", text).put(SHEET_2, "C6", text).put(COVER, "B5", text)
    page = page_of(draft, name=text, changes=changes_between(before, draft))
    written = render_submission_page(page, WORDS)
    root = html.document_fromstring(written)
    assert {element.tag for element in root.iter() if isinstance(element.tag, str)} <= TAGS
    assert not [
        name for element in root.iter() for name in element.attrib if name.startswith("on") or name in ("src", "style")
    ]
    assert root.xpath("//a") == []
    assert len(root.xpath("//style")) == 1
    assert text.replace("\u202e", "") in root.text_content().replace("\u202e", "")


def test_long_lists_end_and_state_the_true_total() -> None:
    """A page lists the first findings, gravest first, and says how many there are in all."""
    draft = submission(1)
    for row, text in zip(range(5, 9), ("无", "若干", "待定", "不详"), strict=True):  # different words: a finding each
        draft.put(SHEET_2, f"C{row}", text)
    page = page_of(draft, most=3)
    assert page.total > len(page.items)
    assert (len(page.items), page.total) == (3, len(report_on(draft).findings))
    assert f"共 {page.total} 条，只列出前 3 条" in render_submission_page(page, WORDS).decode()


def test_progress_is_against_the_plan_of_the_year() -> None:
    """Each township has a bar, its target a line on the same scale."""
    land, linkage = page_of(submission(2)).plots
    assert [len(chart.bars) for chart in (land, linkage)] == [9, 9]
    first = land.bars[0]
    assert (first.name, first.done, first.due, first.rate) == ("铜都街道", "186.50", "200", "93.2%")
    assert (first.done_share, first.due_share) == ("62.17", "66.67")
    assert (land.total.done, land.total.due) == ("1654.60", "1700")


def test_same_values_give_the_same_bytes() -> None:
    """A page holds no date but those it is given."""
    assert render_submission_page(page_of(submission(1)), WORDS) == render_submission_page(
        page_of(submission(1)), WORDS
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_page_of_a_year_shows_names_as_they_are(text: str) -> None:
    """The page of a year is as careful, links included; a list that ends says how many there are."""
    line = CountyRow(
        code="530113",
        name=text,
        city=text,
        state=text,
        version="1",
        counts=text,
        turn=text,
        deadline=text,
        late=True,
        steps=text,
        waiting="3",
        block=text,
        link="../a/b.html",
    )
    page = StatusPage(
        title=text,
        as_of="2025年1月16日",
        head="f" * 64,
        tally=((text, 1),),
        city_columns=("列",) * 8,
        cities=(CityRow(name=text, counts=(2, 1, 0, 0, 2, 1), late=1, share="50.00"),),
        county_columns=("列",) * 8,
        counties=(line, replace(line, link="", late=False)),
        total=3,
        plots=page_of(submission(2)).plots,
        filing=text,
    )
    written = render_status_page(page, WORDS)
    root = html.document_fromstring(written)
    assert {element.tag for element in root.iter() if isinstance(element.tag, str)} <= TAGS | {
        "script",
        "label",
        "input",
    }
    assert [element.get("href") for element in root.xpath("//a")] == ["../a/b.html"]
    (script,) = (element.text for element in root.xpath("//script"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in written.decode()
    assert "共 3 个，只列出前 2 个" in written.decode()
    without_script = re.sub(rb"<script>.*?</script>", b"", written, flags=re.DOTALL)
    assert FETCHED.search(re.sub(rb">[^<]*<", b"><", without_script)) is None


def test_templates_name_nothing_outside() -> None:
    """No template refers to a place on the network."""
    for path in Path("filing/templates").iterdir():
        assert "http" not in path.read_text(encoding="utf-8").replace("http-equiv", "")
