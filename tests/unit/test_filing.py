"""What the province's filing says of one county, sheet by sheet."""

import hashlib
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from checks.findings import Refusal
from checks.judge import check_book
from checks.offence import NotRun
from checks.rawbook import RawBook
from checks.report import Report
from contracts.errors import ContractError
from contracts.library import open_library
from contracts.messages import Wording
from contracts.procedures import Procedure
from filing.book import Cell, FilingBook, Look, Sheet
from filing.cells import fold, text
from filing.province import FiledCounty, FilingScene, province_book
from review.events import Event, Kind
from review.roster import Due, Officer, Roster
from review.standing import Standing, Version
from tests.builders import dongchuan
from workbooks.reading import read_book
from workbooks.writing import write_book

CITY = ("530100", "昆明市")
COUNTY = Due("530113", "东川区", "530100")
AS_OF = "2025-03-20T16:30:00+00:00"  # half past midnight of the 21st in Beijing
HEAD = hashlib.sha256(b"head").hexdigest()


@cache
def load_words() -> Wording:
    """Return the sentences that people read."""
    return open_library().wording()


@cache
def load_procedure() -> Procedure:
    """Return the chain of the annual accounting."""
    return open_library().procedure("annual-accounting")


@cache
def check_version(number: int) -> Report:
    """Return what checking one version of the sample found."""
    book = read_book(dongchuan.submission(number).bytes(), load_words())
    assert isinstance(book, RawBook)
    report = check_book(book, open_library(), load_words())
    assert not isinstance(report, Refusal)
    return report


def make_roster(due: tuple[Due, ...] = (COUNTY,), cities: tuple[tuple[str, str], ...] = (CITY,)) -> Roster:
    """Make a roster of these due counties."""
    officer = Officer(
        id="530000-01",
        title="省级备案员",
        unit="云南省自然资源厅",
        level="province",
        area="530000",
        since=date(2024, 1, 1),
        until=None,
    )
    return Roster(
        year=2024,
        procedure="annual-accounting",
        province=("530000", "云南省"),
        cities=dict(cities),
        due=due,
        deadlines={"county": date(2025, 1, 31), "city": date(2025, 2, 28), "province": date(2025, 3, 31)},
        officers=(officer,),
    )


def make_version(number: int, *, county: Due = COUNTY, hard: int = 0, soft: int = 0) -> Version:
    """Make a version as it stands in the record."""
    return Version(
        number=number,
        sha256=hashlib.sha256(f"{county.code}{number}".encode()).hexdigest(),
        name=f"{county.code}{county.name}-2024年度核算-第{number}版.xlsx",
        received=f"2025-01-{10 + number}T02:00:00+00:00",
        hard=hard,
        soft=soft,
    )


def decide(level: str, action: str, *, county: Due = COUNTY, opinion: str = "数据属实，同意。") -> Event:
    """Make the event of a decision on version 2."""
    return Event(
        kind=Kind.DECISION,
        year=2024,
        county=county.code,
        version=2,
        sha256=make_version(2, county=county).sha256,
        level=level,
        action=action,
        actor=f"{level}-01",
        unit={"county": "昆明市东川区自然资源局", "city": "昆明市自然资源和规划局"}.get(level, "云南省自然资源厅"),
        facts={"number": "昆自然资核〔2025〕3号", "opinion": opinion, "date": "2025-02-08", "title": "复核员"},
    )


def make_filed(county: Due = COUNTY) -> FiledCounty:
    """Make a county whose first version was returned and whose second one is filed."""
    first, second = make_version(1, county=county, hard=1, soft=1), make_version(2, county=county)
    chain = (("county", "submit"), ("city", "take_up"), ("city", "approve"), ("province", "file"))
    decisions = tuple(decide(level, action, county=county) for level, action in chain)
    return FiledCounty(
        due=county,
        standing=Standing(county=county.code, state="filed", versions=(first, second), decisions=decisions),
        report=check_version(2),
        plan=dongchuan.plan(),
        earlier=((first, check_version(1)),),
    )


def make_scene(*filed: FiledCounty, roster: Roster | None = None, still: tuple[Standing, ...] = ()) -> FilingScene:
    """Make a scene of these filed counties, by default of the sample alone."""
    return FilingScene(
        roster=roster or make_roster(),
        procedure=load_procedure(),
        filed=filed or (make_filed(),),
        open=still,
        contracts=open_library().version(),
        head=HEAD,
        as_of=AS_OF,
    )


def make_interim() -> FilingScene:
    """Make a scene in which another county of the same city is under review."""
    other = Due("530114", "呈贡区", "530100")
    standing = Standing(county=other.code, state="in_review", versions=(make_version(1, county=other),))
    return make_scene(roster=make_roster((other, COUNTY)), still=(standing,))


def sheet_of(book: FilingBook, name: str) -> Sheet:
    """Return one sheet by its key."""
    wanted = load_words()(f"filing.sheet.{name}")
    return next(one for one in book.sheets if one.name == wanted)


def texts_of(sheet: Sheet) -> str:
    """Return everything a sheet says, one line a row."""
    return "\n".join("|".join("" if one.value is None else str(one.value) for one in row) for row in sheet.rows)


def cells_of(book: FilingBook) -> dict[tuple[str, str], Cell]:
    """Return every cell by sheet and address, merged ones by their first."""
    found = {}
    for sheet in book.sheets:
        for number, row in enumerate(sheet.rows, start=1):
            column = 0
            for cell in row:
                found[sheet.name, f"{letters(column)}{number}"] = cell
                column += cell.span
    return found


def letters(column: int) -> str:
    """Return the letters of a 0-based column."""
    return chr(65 + column) if column < 26 else letters(column // 26 - 1) + chr(65 + column % 26)


def recompute(sheet: str, formula: str, cells: dict[tuple[str, str], Cell]) -> object:
    """Compute one formula of a filing from the values of the cells that it names."""

    def value(address: str) -> object:
        return cells[sheet, address].value

    if found := re.fullmatch(r"='(.+)'!([A-Z]+\d+)", formula):
        return cells[found[1], found[2]].value
    if found := re.fullmatch(r"=SUM\(([A-Z]+)(\d+):\1(\d+)\)", formula):
        addresses = [f"{found[1]}{row}" for row in range(int(found[2]), int(found[3]) + 1)]
        return sum((one for one in map(value, addresses) if isinstance(one, Decimal)), Decimal(0))
    if found := re.fullmatch(r"=SUM\(([A-Z\d,]+)\)", formula):
        return sum((one for one in map(value, found[1].split(",")) if isinstance(one, Decimal)), Decimal(0))
    found = re.fullmatch(r'=IF\(OR\((\w+)=0,(\w+)=""\),"—",ROUND\(\2/\1,4\)\)', formula)
    assert found, formula
    planned, done = value(found[1]), value(found[2])
    if not planned or done is None:
        return "—"
    assert isinstance(planned, Decimal)
    assert isinstance(done, Decimal)
    return (done / planned + Decimal("1e-12")).quantize(Decimal("0.0001"))


def assert_live(book: FilingBook) -> int:
    """Hold every formula's value against what the formula gives; return how many there are."""
    cells = cells_of(book)
    live = {place: cell for place, cell in cells.items() if cell.formula}
    for (sheet, address), cell in live.items():
        assert cell.formula is not None
        assert cell.value == recompute(sheet, cell.formula, cells), (sheet, address, cell)
    return len(live)


def rollup_row(book: FilingBook, name: str) -> list[object]:
    """Return the values of the roll-up's row of that name."""
    rows = sheet_of(book, "rollup").rows
    return next([one.value for one in row] for row in rows if len(row) > 1 and row[1].value == name)


def test_rollup_states_plan_done_and_rate_of_each_measure() -> None:
    """The roll-up's row of a county bears target, done, rate and whole target of both measures."""
    book = province_book(make_scene(), load_words())
    figures = [Decimal(1700), Decimal("1654.6"), Decimal("0.9733"), Decimal(7000)]
    figures += [Decimal(400), Decimal("384.6"), Decimal("0.9615"), Decimal(1000)]
    assert rollup_row(book, "东川区") == [1, "东川区", *figures]
    assert rollup_row(book, "昆明市小计")[2:] == figures
    assert rollup_row(book, "总计")[2:] == figures


def test_measures_are_named_as_the_plan_names_them() -> None:
    """The column groups of the roll-up bear the names of the plan's measures."""
    rows = sheet_of(province_book(make_scene(), load_words()), "rollup").rows
    assert [one.value for one in rows[2]] == ["县（市、区）", "垦造耕地（土地整理）", "增减挂钩调剂指标"]
    assert rows[3][5].value == "2024—2026年\n计划合计"


def test_formulas_give_the_values_beside_them() -> None:
    """Every cached value is what its formula computes from the book itself."""
    assert assert_live(province_book(make_scene(), load_words())) > 40


def test_county_row_refers_to_its_total_and_links_to_its_block() -> None:
    """A figure of the roll-up leads to the county's total in the detail, its name to the head of its block."""
    book = province_book(make_scene(), load_words())
    row = next(one for one in sheet_of(book, "rollup").rows if len(one) > 1 and one[1].value == "东川区")
    cells = cells_of(book)
    assert row[2].formula == "='分乡镇明细'!C15"
    assert cells["分乡镇明细", "B15"].value == "合计"
    assert row[1].link == "'分乡镇明细'!A5"
    assert "东川区（530113）" in str(cells["分乡镇明细", "A5"].value)


def test_detail_names_the_cells_of_the_countys_own_file() -> None:
    """Each township's row names the sheet and cell of every figure in it."""
    rows = sheet_of(province_book(make_scene(), load_words()), "detail").rows
    row = next(one for one in rows if len(one) > 1 and one[1].value == "铜都街道")
    assert row[-1].value == "附件2!C5、F5；完成情况（示例）!C4\n附件3!C5、F5；完成情况（示例）!D4"


def test_what_the_plan_leaves_at_zero_has_no_rate() -> None:
    """A target of 0 is printed 0, and the rate beside it is a dash."""
    rows = sheet_of(province_book(make_scene(), load_words()), "detail").rows
    row = next(one for one in rows if len(one) > 1 and one[1].value == "乌龙镇")
    assert [one.value for one in row[6:10]] == [Decimal(0), Decimal(0), "—", Decimal(50)]


def test_done_keeps_the_finest_decimals_and_two_at_least() -> None:
    """What was done is printed with the decimals of the finest amount, targets without any."""
    filed = make_filed()
    finer = [
        replace(one, amount="186.125") if one.column == "consolidation_done" and one.cell == "C4" else one
        for one in filed.report.figures
    ]
    book = province_book(make_scene(replace(filed, report=replace(filed.report, figures=tuple(finer)))), load_words())
    row = next(one for one in sheet_of(book, "rollup").rows if len(one) > 1 and one[1].value == "东川区")
    assert [one.decimals for one in row[2:]] == [0, 3, 0, 0, 0, 2, 0, 0]


def test_missing_figure_stays_empty() -> None:
    """A township that reported no figure has an empty cell and no rate, not a zero."""
    filed = make_filed()
    fewer = tuple(one for one in filed.report.figures if one.column != "consolidation_done" or one.cell != "C4")
    book = province_book(make_scene(replace(filed, report=replace(filed.report, figures=fewer))), load_words())
    row = next(one for one in sheet_of(book, "detail").rows if len(one) > 1 and one[1].value == "铜都街道")
    assert [one.value for one in row[2:6]] == [Decimal(200), None, "—", Decimal(1100)]
    assert_live(book)


def test_stated_total_that_differs_is_told() -> None:
    """Where a county's own total is not the sum of its townships, the detail says both."""
    filed = make_filed()
    other = tuple(
        replace(one, amount="1655") if one.column == "consolidation_done" and not one.township else one
        for one in filed.report.figures
    )
    book = province_book(make_scene(replace(filed, report=replace(filed.report, figures=other))), load_words())
    said = texts_of(sheet_of(book, "detail"))
    assert "县级所报合计（完成情况（示例）!C13）为 1655，各乡镇（街道）之和为 1654.60" in said
    assert rollup_row(book, "总计")[3] == Decimal("1654.6")


def test_measure_that_does_not_concern_a_county_is_a_dash() -> None:
    """A county without a measure shows dashes there and does not disturb the sums."""
    plan = dongchuan.plan()
    filed = make_filed()
    other = replace(
        make_filed(Due("530114", "呈贡区", "530100")),
        plan=replace(plan, measures={"consolidation": plan.measures["consolidation"]}),
        report=replace(
            filed.report,
            figures=tuple(
                one for one in filed.report.figures if "linkage" not in one.form and one.measure != "linkage"
            ),
        ),
    )
    book = province_book(make_scene(filed, other, roster=make_roster((COUNTY, other.due))), load_words())
    assert rollup_row(book, "呈贡区")[6:] == ["—"] * 4
    assert rollup_row(book, "总计")[6:8] == [Decimal(400), Decimal("384.6")]
    assert_live(book)


def test_plan_speaks_where_no_targets_were_sent() -> None:
    """Without a table of targets, they come from the plan, which is named as their place."""
    filed = make_filed()
    figures = tuple(one for one in filed.report.figures if one.form != "linkage_tasks")
    book = province_book(make_scene(replace(filed, report=replace(filed.report, figures=figures))), load_words())
    assert rollup_row(book, "总计")[6] == Decimal(400)
    assert "东办通〔2024〕9号!附件3" in texts_of(sheet_of(book, "detail"))


def test_county_without_plan_is_filed_with_what_it_reported() -> None:
    """A county that no plan is known of shows what it did, under the measure's common name."""
    filed = make_filed()
    book = province_book(make_scene(replace(filed, plan=None)), load_words())
    assert rollup_row(book, "总计")[3] == Decimal("1654.6")
    assert sheet_of(book, "rollup").rows[2][1].value == "新增耕地"
    assert_live(book)


def test_figures_of_two_units_are_not_added_up() -> None:
    """Counties that report in different units stop the filing instead of giving a wrong sum."""
    filed = make_filed()
    figures = tuple(replace(one, unit="公顷") for one in filed.report.figures)
    with pytest.raises(ContractError, match="one unit"):
        province_book(make_scene(replace(filed, report=replace(filed.report, figures=figures))), load_words())


def test_tasks_show_every_year_of_the_plan() -> None:
    """The sheet of targets has the years and the sum of both measures, with live totals."""
    rows = sheet_of(province_book(make_scene(), load_words()), "tasks").rows
    assert [one.value for one in rows[3]] == ["序号", "名称", *["2024年", "2025年", "2026年", "合计"] * 2]
    total = next(one for one in rows if len(one) > 1 and one[1].value == "合计")
    assert [one.value for one in total[2:]] == [1700, 3300, 2000, 7000, 400, 300, 300, 1000]
    assert total[2].formula == "=SUM(C6:C14)"


def test_opinions_list_every_decision() -> None:
    """Each decision stands with its level, action, number, opinion, unit, officer and date."""
    rows = sheet_of(province_book(make_scene(), load_words()), "opinions").rows[3:7]
    assert [row[4].value for row in rows] == ["报送", "接收复核", "复核同意", "备案"]
    assert [one.value for one in rows[2][1:]] == [
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
    rows = sheet_of(province_book(make_scene(), load_words()), "issues").rows[3:5]
    assert [row[3].value for row in rows] == ["强制", "核实"]
    assert [row[3].look for row in rows] == [Look.HARD, Look.SOFT]
    assert {row[-1].value for row in rows} == {"后续版次已更正\n（第2版）"}
    assert "序号 8 重复" in str(rows[0][7].value)


def test_issue_that_remains_is_kept() -> None:
    """A finding that the filed version still has is listed on both versions as kept."""
    filed = make_filed()
    first = check_version(1)
    still = replace(filed, report=replace(first, identity=filed.report.identity))
    rows = sheet_of(province_book(make_scene(still), load_words()), "issues").rows[3:7]
    assert [row[2].value for row in rows] == ["第1版", "第1版", "第2版", "第2版"]
    assert {row[-1].value for row in rows} == {"保留"}


def test_rule_on_trial_is_marked_so() -> None:
    """A finding of a rule on trial bears the word beside its severity."""
    filed = make_filed()
    first = check_version(1)
    trial = replace(first, findings=tuple(replace(one, trial=True) for one in first.findings))
    scene = make_scene(replace(filed, earlier=((filed.earlier[0][0], trial),)))
    assert "试行强制" in texts_of(sheet_of(province_book(scene, load_words()), "issues"))


def test_rule_that_could_not_run_is_listed() -> None:
    """What the filed version could not be checked for is told beside the findings."""
    filed = make_filed()
    report = replace(filed.report, not_run=(NotRun("T01", "年度完成情况表", "no_single_total_row"),))
    said = texts_of(sheet_of(province_book(make_scene(replace(filed, report=report)), load_words()), "issues"))
    assert "《年度完成情况表》的 T01 未能核对" in said


def test_no_issue_leaves_one_line() -> None:
    """Where nothing was found on any version, the sheet says so."""
    scene = make_scene(replace(make_filed(), earlier=()))
    assert "各版次均未发现问题。" in texts_of(sheet_of(province_book(scene, load_words()), "issues"))


def test_versions_bear_their_whole_digest() -> None:
    """Every version received stands with its file name, day, full digest and outcome."""
    rows = sheet_of(province_book(make_scene(), load_words()), "versions").rows[3:5]
    assert [row[5].value for row in rows] == [make_version(1).sha256, make_version(2).sha256]
    assert [row[5].look for row in rows] == [Look.HASH, Look.HASH]
    assert [row[4].value for row in rows] == ["2025年1月11日", "2025年1月12日"]
    assert [row[6].value for row in rows] == ["强制 1，核实 1，提示 0", "通过"]


def test_complete_filing_is_no_stage() -> None:
    """When every due county is filed, nothing is headed as a stage and no sheet of missing counties is added."""
    book = province_book(make_scene(), load_words())
    assert book.title == "云南省2024年度新增耕地和补划永久基本农田年度核算备案表"
    assert "阶段性" not in texts_of(sheet_of(book, "cover")) + texts_of(sheet_of(book, "rollup"))
    assert len(book.sheets) == 7


def test_interim_filing_names_who_is_missing() -> None:
    """While a due county is not filed, cover and roll-up are headed 阶段性 and the county stands with its state."""
    book = province_book(make_interim(), load_words())
    assert book.title.endswith("（阶段性）")
    assert "未备案：昆明市|呈贡区（市级复核中）" in texts_of(sheet_of(book, "cover"))
    assert "（阶段性）" in texts_of(sheet_of(book, "rollup"))
    assert rollup_row(book, "昆明市小计（2县中1县）")[2] == Decimal(1700)
    assert "1|昆明市|呈贡区|530114|市级复核中|市级|2025年2月28日（已过）" in texts_of(sheet_of(book, "open"))


def test_county_nobody_has_heard_of_is_missing_too() -> None:
    """A due county without any history is listed as due, and it is the county's turn."""
    book = province_book(replace(make_interim(), open=()), load_words())
    assert "呈贡区|530114|应报|县级|2025年1月31日（已过）" in texts_of(sheet_of(book, "open"))


def test_cover_states_what_the_filing_rests_on() -> None:
    """The cover bears the rule-set version, the ledger's head and the day, by Beijing's clock, of its entry."""
    scene = make_scene()
    said = texts_of(sheet_of(province_book(scene, load_words()), "cover"))
    assert f"台账校验值|{HEAD}" in said
    assert f"规则版本|{scene.contracts}" in said
    assert "2025年3月21日" in said
    assert "备案单位|云南省自然资源厅" in said


def test_nothing_filed_yet_still_makes_a_book() -> None:
    """A scene without any filed county gives a book that can be written."""
    book = province_book(replace(make_scene(), filed=()), load_words())
    assert "尚无已备案的县（市、区）。" in texts_of(sheet_of(book, "rollup"))
    assert write_book(book)


def test_county_texts_stay_text_and_writable() -> None:
    """Opinions with formulas and control characters reach the book as text that can be written."""
    filed = make_filed()
    wild = decide("city", "approve", opinion='=HYPERLINK("http://x","y")\r\n第二行\x00\x1b\ud800\ufffe')
    scene = make_scene(replace(filed, standing=replace(filed.standing, decisions=(wild,))))
    book = province_book(scene, load_words())
    opinion = sheet_of(book, "opinions").rows[3][6]
    assert opinion.formula is None
    assert opinion.value == '=HYPERLINK("http://x","y")\n第二行    '
    assert write_book(book)


def test_long_opinion_continues_in_further_rows() -> None:
    """An opinion longer than a printed row goes on below, and not a character is lost."""
    filed = make_filed()
    long = "".join(f"{at}号图斑已逐一核实；" for at in range(400))
    scene = make_scene(
        replace(filed, standing=replace(filed.standing, decisions=(decide("city", "approve", opinion=long),)))
    )
    rows = sheet_of(province_book(scene, load_words()), "opinions").rows[3:-2]
    assert len(rows) > 1
    assert "".join(str(row[6].value) for row in rows) == long
    assert {row[1].value for row in rows[1:]} == {""}


def test_short_row_is_not_folded() -> None:
    """A row whose texts fit stays one row."""
    row = (text("一"), Cell(1, Look.CENTRE))
    assert fold(row, (10.0, 5.0)) == (row,)


def test_same_scene_gives_the_same_bytes() -> None:
    """The filing depends on its scene alone."""
    made = [write_book(province_book(make_scene(), load_words())) for _ in range(2)]
    assert made[0] == made[1]
