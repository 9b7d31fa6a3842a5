"""Whatever a county writes stays text in every workbook that is written: no formula, link, rule or part of its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import cycle
from urllib.parse import unquote

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checks.model.report import ValidationReport
from filing.archive_checklist import ArchiveContext, SubProject, build_archive_book
from filing.book.canonical_book import collect_canonical_values
from filing.book.workbook_model import FilingBook
from filing.context.filing_context import CITY, COUNTY, Area, FilingContext, IncludedCounty, Receipt
from filing.context.review_context import ReviewContext, ReviewedCounty
from filing.filing_books import build_city_book, build_county_book, build_province_book, build_receipt_book
from filing.review_book.review_workbook import build_review_book
from filing.status.status_board import StatusBoard, build_board_book
from review.county_state import Reduction, SubmissionVersion, Waiver
from review.events import Event, JsonValue
from review.progress import compute_progress, count_by_city
from review.roster import DueCounty, Roster
from tests.builders.filing_contexts import (
    AS_OF,
    HEAD,
    load_messages,
    load_procedure,
    make_context,
    make_filed,
    make_roster,
)
from workbooks.signed_content.cell_values import read_values
from workbooks.signed_content.presentation import read_presentation
from workbooks.writer.write_book import write_book

TRIGGERS = (
    "=1+1",
    '=HYPERLINK("http://example.invalid","点")',
    "{=SUM(A1:A9)}",
    "=cmd|'/C calc'!A0",
    "+2",
    "-3",
    "@SUM(A1)",
    "\t=4",
    "\r=5",
    "http://example.invalid/x",
    "https://example.invalid",
    "ftp://example.invalid",
    "file:///etc/passwd",
    "mailto:a@example.invalid",
    "internal:封面!A1",
    "external:c:\\x.xlsx",
    "\\\\host\\share",
    "<r><t>x</t></r>",
    "'=6",
    'DDE("a";"b")',
    "#REF!",
    "1e999",
)
BEGINNINGS = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "http://", "HYPERLINK(", "{="])
TEXTS = st.builds(str.__add__, BEGINNINGS, st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
FOREIGN = frozenset({"choice", "rule", "note", "drawing", "object"})


def spoiled(roster: Roster, texts: Iterator[str]) -> Roster:
    """Write into the names of the roster."""
    officers = tuple(replace(officer, title=next(texts), unit=next(texts)) for officer in roster.officers)
    cities = dict.fromkeys(roster.cities, next(texts))
    return replace(roster, cities=cities, officers=officers, province=(roster.province[0], next(texts)))


def report_with(report: ValidationReport, texts: Iterator[str]) -> ValidationReport:
    """Write into everything of a report that a county's file can say."""
    findings = tuple(
        replace(finding, sheet=next(texts), message=next(texts), remedy=next(texts), value=next(texts))
        for finding in report.findings
    )
    figures = tuple(replace(figure, sheet=next(texts), project=next(texts)) for figure in report.figures)
    return replace(report, findings=findings, figures=figures)


def decided(event: Event, texts: Iterator[str]) -> Event:
    """Write into what a person says with a decision."""
    said = {name: next(texts) for name in ("number", "opinion", "title")}
    points: list[JsonValue] = [{"target": next(texts), "text": next(texts)}]
    return replace(event, unit=next(texts), facts={**event.facts, **said, "points": points})


def version_with(version: SubmissionVersion, texts: Iterator[str]) -> SubmissionVersion:
    """Write into the name of a file."""
    return replace(version, name=next(texts))


def county_with(texts: Iterator[str]) -> IncludedCounty:
    """Write into all that is known of a filed county."""
    filed = make_filed(DueCounty("530113", next(texts), "530100"))
    standing = replace(
        filed.county_state,
        versions=tuple(version_with(version, texts) for version in filed.county_state.versions),
        decisions=tuple(decided(decision, texts) for decision in filed.county_state.decisions),
        waivers=(Waiver("T01", date(2025, 12, 31), next(texts)),),
        reductions=(Reduction("0" * 64, next(texts), "C5", "200", "180", next(texts)),),
    )
    earlier = tuple((version_with(item, texts), report_with(report, texts)) for item, report in filed.earlier_reports)
    report = report_with(filed.report, texts)
    receipt = Receipt("2024-530113-1-0a1b2c3d", 12, "0a1b2c3d" * 8, AS_OF)
    own = "530113/530113-2024-第2版-报送原件.xlsx"
    return replace(
        filed, county_state=standing, earlier_reports=earlier, report=report, receipt=receipt, source_file=own
    )


def scene_with(texts: Iterator[str]) -> FilingContext:
    """Make the context of the province."""
    county = county_with(texts)
    return make_context(county, roster=spoiled(make_roster((county.due_county,)), texts))


def books(texts: Iterator[str]) -> Iterator[tuple[str, FilingBook]]:
    """Make every kind of workbook that shows what a county wrote."""
    words, procedure = load_messages(), load_procedure()
    context = scene_with(texts)
    county, roster = context.filed_counties[0], context.roster
    alone = context.restrict_to(Area(COUNTY, "530113", county.due_county.name), ledger_head=HEAD, as_of=AS_OF)
    yield "province", build_province_book(context, words)
    yield (
        "city",
        build_city_book(context.restrict_to(Area(CITY, "530100", next(texts)), ledger_head=HEAD, as_of=AS_OF), words),
    )
    yield "county", build_county_book(alone, words)
    yield "receipt", build_receipt_book(alone, words)
    reviewed = ReviewedCounty(
        due_county=county.due_county,
        county_state=county.county_state,
        report=county.report,
        reviewed_report=county.report,
    )
    level = procedure.levels[1]
    review = ReviewContext(
        level=level,
        area_code="530100",
        area_name=next(texts),
        roster=roster,
        procedure=procedure,
        counties=(reviewed,),
        is_sealed=False,
        as_of=AS_OF,
    )
    yield "review", build_review_book(review, words)
    rows = compute_progress(procedure, roster, {county.due_county.code: county.county_state}, date(2025, 4, 1))
    board = StatusBoard(
        roster=roster,
        procedure=procedure,
        counties=tuple(replace(row, reason=next(texts), block_code="returned") for row in rows),
        cities=count_by_city(procedure, roster, rows),
        as_of=date(2025, 4, 1),
        created_at=AS_OF,
    )
    yield "board", build_board_book(board, words)
    yield "archive", build_archive_book(archive_with(texts), words)


def archive_with(texts: Iterator[str]) -> ArchiveContext:
    """Make a checklist with a sub-project as a county wrote it."""
    return ArchiveContext(
        county=next(texts),
        code="530113",
        year=2024,
        items=(),
        files_by_item={},
        paper_file_numbers={},
        sha256_by_path={next(texts): "0" * 64},
        sub_projects=(SubProject(*(next(texts) for _ in range(5))),),
        created_at=AS_OF,
    )


def hold(book: FilingBook) -> None:
    """Hold the file against the book: formulas and links are those of the program, at their places, and no others."""
    data = write_book(book)
    written, found = read_presentation(data), read_values(data)
    assert found == collect_canonical_values(book)
    for sheet in book.sheets:
        cells = [cell for row in sheet.rows for cell in row]
        live = [item for item in found[sheet.name].values() if item.startswith("f:")]
        assert len(live) == sum(cell.formula is not None for cell in cells)
        links = written[sheet.name].get("link", {}).values()
        assert len(links) == sum(cell.link is not None or cell.source_link is not None for cell in cells)
        assert all(unquote(link).partition("#")[0].endswith((".xlsx", ".xlsm")) for link in links if "#" in link)
        assert not any("://" in link.partition("#")[0] for link in links)
        if any(cell.choices for cell in cells):
            continue  # the drop-downs of a review workbook are the program's
        assert not FOREIGN & written[sheet.name].keys()
    assert "part" not in written[""]


def test_every_trigger_in_every_place_stays_text() -> None:
    """Each known trigger comes to stand in some places of each workbook, and in others when it begins elsewhere."""
    for start in (0, 7, 15):
        texts = cycle((*TRIGGERS[start:], *TRIGGERS[:start]))
        seen = set()
        for name, book in books(texts):
            hold(book)
            seen.add(name)
        assert seen == {"province", "city", "county", "receipt", "review", "board", "archive"}


@settings(max_examples=4, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTS, min_size=3, max_size=6))
def test_any_text_with_such_a_beginning_stays_text(texts: list[str]) -> None:
    """So does whatever else begins as a formula or a link would."""
    for _, book in books(cycle(texts)):
        hold(book)
