"""Whatever a county writes stays text in every workbook that is written: no formula, link, rule or part of its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import cycle
from urllib.parse import unquote

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checks.model.report import Report
from filing.archive_checklist import ArchiveScene, SubProject, archive_book
from filing.book.canonical_book import values_of
from filing.book.workbook_model import FilingBook
from filing.context.filing_context import CITY, COUNTY, Area, CountedCounty, FilingScene, Receipt
from filing.context.review_context import Reviewed, ReviewScene
from filing.filing_books import city_book, county_book, province_book, receipt_book
from filing.review_book.review_workbook import review_book
from filing.status.status_board import Board, board_book
from review.county_state import Reduction, Version, Waiver
from review.events import Event, JsonValue
from review.progress import by_city, progress
from review.roster import Due, Roster
from tests.unit.test_filing import AS_OF, HEAD, load_procedure, load_words, make_filed, make_roster, make_scene
from workbooks.signed_content.cell_values import read_values
from workbooks.signed_content.presentation import read_around
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
    officers = tuple(replace(one, title=next(texts), unit=next(texts)) for one in roster.officers)
    cities = dict.fromkeys(roster.cities, next(texts))
    return replace(roster, cities=cities, officers=officers, province=(roster.province[0], next(texts)))


def report_with(report: Report, texts: Iterator[str]) -> Report:
    """Write into everything of a report that a county's file can say."""
    findings = tuple(
        replace(one, sheet=next(texts), message=next(texts), remedy=next(texts), value=next(texts))
        for one in report.findings
    )
    figures = tuple(replace(one, sheet=next(texts), project=next(texts)) for one in report.figures)
    return replace(report, findings=findings, figures=figures)


def decided(event: Event, texts: Iterator[str]) -> Event:
    """Write into what a person says with a decision."""
    said = {name: next(texts) for name in ("number", "opinion", "title")}
    points: list[JsonValue] = [{"target": next(texts), "text": next(texts)}]
    return replace(event, unit=next(texts), facts={**event.facts, **said, "points": points})


def version_with(version: Version, texts: Iterator[str]) -> Version:
    """Write into the name of a file."""
    return replace(version, name=next(texts))


def county_with(texts: Iterator[str]) -> CountedCounty:
    """Write into all that is known of a filed county."""
    filed = make_filed(Due("530113", next(texts), "530100"))
    standing = replace(
        filed.standing,
        versions=tuple(version_with(one, texts) for one in filed.standing.versions),
        decisions=tuple(decided(one, texts) for one in filed.standing.decisions),
        waivers=(Waiver("T01", date(2025, 12, 31), next(texts)),),
        reductions=(Reduction("0" * 64, next(texts), "C5", "200", "180", next(texts)),),
    )
    earlier = tuple((version_with(one, texts), report_with(report, texts)) for one, report in filed.earlier)
    report = report_with(filed.report, texts)
    receipt = Receipt("2024-530113-1-0a1b2c3d", 12, "0a1b2c3d" * 8, AS_OF)
    own = "530113/530113-2024-第2版-报送原件.xlsx"
    return replace(filed, standing=standing, earlier=earlier, report=report, receipt=receipt, own=own)


def scene_with(texts: Iterator[str]) -> FilingScene:
    """Make the scene of the province."""
    county = county_with(texts)
    return make_scene(county, roster=spoiled(make_roster((county.due,)), texts))


def books(texts: Iterator[str]) -> Iterator[tuple[str, FilingBook]]:
    """Make every kind of workbook that shows what a county wrote."""
    words, procedure = load_words(), load_procedure()
    scene = scene_with(texts)
    county, roster = scene.filed[0], scene.roster
    alone = scene.within(Area(COUNTY, "530113", county.due.name), head=HEAD, as_of=AS_OF)
    yield "province", province_book(scene, words)
    yield "city", city_book(scene.within(Area(CITY, "530100", next(texts)), head=HEAD, as_of=AS_OF), words)
    yield "county", county_book(alone, words)
    yield "receipt", receipt_book(alone, words)
    reviewed = Reviewed(due=county.due, standing=county.standing, report=county.report, reviewed=county.report)
    level = procedure.levels[1]
    review = ReviewScene(
        level=level,
        area="530100",
        name=next(texts),
        roster=roster,
        procedure=procedure,
        counties=(reviewed,),
        sealed=False,
        as_of=AS_OF,
    )
    yield "review", review_book(review, words)
    rows = progress(procedure, roster, {county.due.code: county.standing}, date(2025, 4, 1))
    board = Board(
        roster=roster,
        procedure=procedure,
        counties=tuple(replace(one, reason=next(texts), block="returned") for one in rows),
        cities=by_city(procedure, roster, rows),
        as_of=date(2025, 4, 1),
        created=AS_OF,
    )
    yield "board", board_book(board, words)
    yield "archive", archive_book(archive_with(texts), words)


def archive_with(texts: Iterator[str]) -> ArchiveScene:
    """Make a checklist with a sub-project as a county wrote it."""
    return ArchiveScene(
        county=next(texts),
        code="530113",
        year=2024,
        items=(),
        files={},
        paper={},
        digests={next(texts): "0" * 64},
        sub_projects=(SubProject(*(next(texts) for _ in range(5))),),
        created=AS_OF,
    )


def hold(book: FilingBook) -> None:
    """Hold the file against the book: formulas and links are those of the program, at their places, and no others."""
    data = write_book(book)
    written, found = read_around(data), read_values(data)
    assert found == values_of(book)
    for sheet in book.sheets:
        cells = [cell for row in sheet.rows for cell in row]
        live = [one for one in found[sheet.name].values() if one.startswith("f:")]
        assert len(live) == sum(one.formula is not None for one in cells)
        links = written[sheet.name].get("link", {}).values()
        assert len(links) == sum(one.link is not None or one.source is not None for one in cells)
        assert all(unquote(one).partition("#")[0].endswith((".xlsx", ".xlsm")) for one in links if "#" in one)
        assert not any("://" in one.partition("#")[0] for one in links)
        if any(one.choices for one in cells):
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
