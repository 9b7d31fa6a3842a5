"""The city's opinion as a document, and what covers say of a roll-up that is sealed, opened or still open."""

from dataclasses import replace
from decimal import Decimal

import pytest

from filing.context.filing_context import CITY, Area, FilingContext
from filing.filing_books import build_city_book, build_province_book
from review.events import Event, EventKind, LedgerEntry
from review.rollup_seals import RollUpSeal, find_seals
from tests.builders.filing_contexts import (
    AS_OF,
    HEAD,
    cells_of,
    load_messages,
    load_procedure,
    make_context,
    make_filed,
    make_interim_context,
    rollup_row,
    sheet_of,
    texts_of,
)

OPINION = "经复核，所辖各县（市、区）数据属实，同意汇总上报。"


def seal_of(level: str, area: str, action: str, *, sequence: int = 31) -> RollUpSeal:
    """Make the newest word on a roll-up."""
    facts = {"number": "昆自然资核〔2025〕9号", "opinion": OPINION, "date": "2025-03-18"}
    event = Event(kind=EventKind.ROLL_UP, year=2024, county=area, level=level, action=action, facts=dict(facts))
    return RollUpSeal(action.startswith("seal"), event, sequence, AS_OF)


def of_city(context: FilingContext) -> FilingContext:
    """Return the context of the sample's city."""
    return context.restrict_to(Area(CITY, "530100", "昆明市"), ledger_head=HEAD, as_of=AS_OF)


def test_the_opinion_of_a_sealed_city_is_ready_to_sign() -> None:
    """Number, opinion and day are those of the sealing; boxes for seal and hands stand below."""
    seal = seal_of("city", "530100", "seal_city")
    book = build_city_book(of_city(replace(make_context(), seals={("city", "530100"): seal})), load_messages())
    assert book.sheets[1] == sheet_of(book, "city_opinion")
    said = texts_of(book.sheets[1])
    assert "昆明市2024年度核算复核意见" in said
    assert "昆自然资核〔2025〕9号" in said
    assert OPINION in said
    assert "已封存（自2025年3月21日起，台账第 31 条" in said
    assert "2025年3月18日" in said
    assert "复核单位（盖章）" in said


def test_the_opinion_before_a_sealing_names_who_is_missing_and_leaves_number_and_day_open() -> None:
    """A city with a county under review: its name stands in the opinion, and nothing is signed yet."""
    said = texts_of(sheet_of(build_city_book(of_city(make_interim_context()), load_messages()), "city_opinion"))
    assert "尚未复核同意 1 个（呈贡区）" in said
    assert "阶段性，尚未封存" in said
    assert OPINION not in said
    assert "（文号：" in said


def reviewed_only() -> FilingContext:
    """Return the context of a city whose one county it has approved, and the province has not filed."""
    county = make_filed()
    approved = replace(county.county_state, state="reviewed", decisions=county.county_state.decisions[:-1])
    return of_city(make_context(replace(county, county_state=approved)))


def test_a_reviewed_county_that_is_not_filed_counts_in_its_citys_book() -> None:
    """What the city has approved stands in its roll-up; it is no filing, and leads to none."""
    book = build_city_book(reviewed_only(), load_messages())
    assert "已复核同意、尚未备案 1 个（东川区）" in texts_of(sheet_of(book, "city_opinion"))
    assert rollup_row(book, "东川区")
    assert "已复核县数|1 个\n已备案县数|0 个\n未复核县数|0 个" in texts_of(sheet_of(book, "cover"))
    assert "尚无已备案的县（市、区）。" in texts_of(sheet_of(book, "register"))
    assert not any(cell.source_link for sheet in book.sheets for row in sheet.rows for cell in row)
    assert "阶段性" not in book.title


def test_a_city_waits_for_its_own_decisions() -> None:
    """Who is not reviewed is listed under that name in a city's book, as not filed in the province's."""
    books = (
        build_city_book(of_city(make_interim_context()), load_messages()),
        build_province_book(make_interim_context(), load_messages()),
    )
    assert ["未复核" in {sheet.name for sheet in book.sheets} for book in books] == [True, False]
    assert ["未备案" in {sheet.name for sheet in book.sheets} for book in books] == [False, True]
    assert "阶段性汇总，尚有 1 个县未复核" in texts_of(sheet_of(books[0], "cover"))


def test_the_opinion_shows_what_was_set_lower() -> None:
    """Reported, reviewed and the difference by county, each sum live."""
    filed = make_filed()
    lowered = []
    for figure in filed.report.figures:
        done = figure.measure and figure.year is None and figure.township == "铜都街道"
        lowered.append(replace(figure, amount=str(Decimal(figure.amount) - 7)) if done else figure)
    report = replace(filed.report, figures=tuple(lowered))
    context = of_city(make_context(replace(filed, report=report, report_as_sent=filed.report)))
    book = build_city_book(context, load_messages())
    cells = {place: cell for (sheet, place), cell in cells_of(book).items() if sheet == book.sheets[1].name}
    totals = [int(place[1:]) for place, cell in cells.items() if place.startswith("A") and cell.value == "合计"]
    assert len(totals) == 2
    for row in totals:
        assert cells[f"E{row}"].value == 7
        assert cells[f"E{row}"].formula == f"=SUM(E{row - 1}:E{row - 1})"
        before, after = cells[f"C{row}"].value, cells[f"D{row}"].value
        assert Decimal(str(before)) - Decimal(str(after)) == 7


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("seal_province", "已封存（自2025年3月21日起，台账第 31 条，文号：昆自然资核〔2025〕9号）"),
        ("unseal_province", "未封存（2025年3月21日解除封存，台账第 31 条）"),
        ("", "汇总状态|尚未封存"),
    ],
)
def test_the_province_says_whether_it_is_sealed_and_since_when(action: str, said: str) -> None:
    """The day is the ledger's, by the clock of Beijing; cities that are not sealed are named."""
    found = {("province", "530000"): seal_of("province", "530000", action)} if action else {}
    text = texts_of(sheet_of(build_province_book(replace(make_context(), seals=found), load_messages()), "cover"))
    assert said in text
    assert "1 个市（州）中 0 个已封存，未封存：昆明市" in text


def test_the_newest_word_on_a_roll_up_counts() -> None:
    """Sealed, opened, sealed again: the last entry says how it stands."""
    actions = ("seal_city", "unseal_city", "seal_city")
    blank = dict.fromkeys(("previous", "digest", "system_user"), "")
    history = [
        LedgerEntry(sequence=at, event=seal_of("city", "530100", item).event, at=AS_OF, key=str(at), **blank)
        for at, item in enumerate(actions, start=1)
    ]
    for length in (1, 2, 3):
        found = find_seals(load_procedure(), history[:length])["city", "530100"]
        assert (found.is_sealed, found.sequence) == (length != 2, length)
