"""The Dongchuan submission as issued, built cell by cell; the samples in inputs/ are made here.

Every figure is typed, totals included. Run as a module to write the samples anew: the tests hold the two equal.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from contracts.contract_library import open_library
from contracts.plans import Measure, Plan

COUNTY, YEAR = "530113", 2024
ISSUED_SERIALS = (1, 2, 3, 4, 6, 7, 8, 8, 9)  # annex 3 really is numbered so
SHEET_2, SHEET_3, SHEET_DONE, COVER = "附件2", "附件3", "完成情况（示例）", "封面"
DONE = {  # sample figures: nobody reported these
    "铜都街道": ("186.50", "50"),
    "碧谷街道": ("200.00", "138.4"),
    "乌龙镇": ("205.30", "0"),
    "阿旺镇": ("281.75", "30"),
    "汤丹镇": ("200.00", "96.2"),
    "因民镇": ("100.00", "50"),
    "拖布卡镇": ("192.45", "0"),
    "红土地镇": ("200.00", "0"),
    "舍块乡": ("88.60", "20"),
}

Rows = list[list[Any]]


@dataclass
class Draft:
    """A workbook to be damaged before it is written: sheet name to rows of plain values."""

    sheets: dict[str, Rows] = field(default_factory=dict)

    def put(self, sheet: str, address: str, value: object) -> "Draft":
        """Write one value at an A1 address, within the rows that are there."""
        row, column = int(address[1:]) - 1, ord(address[0]) - ord("A")
        self.sheets[sheet][row][column] = value
        return self

    def get(self, sheet: str, address: str) -> object:
        """Return the value at an A1 address."""
        return self.sheets[sheet][int(address[1:]) - 1][ord(address[0]) - ord("A")]

    def bytes(self) -> bytes:
        """Return the workbook as a file."""
        return write(self.sheets)

    def save(self, path: Path) -> Path:
        """Write the workbook to a file, its folder included."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.bytes())
        return path


def plan() -> Plan:
    """Return the plan as the contracts hold it."""
    library = open_library()
    package = library.find_package(COUNTY, YEAR)
    assert package is not None
    found = library.compile_submission(package, YEAR).plan
    assert found is not None
    return found


def submission(version: int = 2, *, serials: Sequence[int] | None = None) -> Draft:
    """Return the submission; version 1 with the numbering of annex 3 as issued, later ones with it put right."""
    measures = plan().measures
    numbering = serials or (ISSUED_SERIALS if version == 1 else range(1, 10))
    return Draft(
        {
            COVER: cover(version),
            SHEET_2: tasks(measures["consolidation"], "附件2", "总计", serials=range(1, 10)),
            SHEET_3: tasks(measures["linkage"], "附件3", "合计", serials=numbering),
            SHEET_DONE: done(),
        }
    )


def cover(version: int) -> Rows:
    """Return the cover: a title, then a label and a value a row."""
    entries = [
        ("核算年度", YEAR),
        ("县级行政区划代码", COUNTY),
        ("县（区）名称", "东川区"),
        ("市（州）名称", "昆明市"),
        ("计划（方案）文号", "东办通〔2024〕9号"),
        ("版次", version),
        ("编制单位", "昆明市东川区自然资源局"),
        ("填表人", "县级数据填报员"),
        ("审核人", "县级数据审核员"),
        ("负责人", "县级分管负责人"),
        ("填表日期", "2025年1月10日" if version == 1 else "2025年1月16日"),
    ]
    return [
        ["新增耕地和补划永久基本农田年度核算报送封面", None],
        [None, None],
        *([label, value] for label, value in entries),
    ]


def tasks(measure: Measure, annex: str, last: str, *, serials: Sequence[int]) -> Rows:
    """Return a task table laid out as the plan's annex."""
    titles = {
        "附件2": "各乡镇（街道）国土综合整治（土地整理）项目任务分解表",
        "附件3": "各乡镇（街道）城乡建设用地“增减挂钩”项目任务分解表",
    }
    years = list(measure.by_year)
    rows: Rows = [
        [annex, *[None] * 5],
        [titles[annex], *[None] * 5],
        ["（单位：亩）", *[None] * 5],
        ["序号", "乡镇（街道）", *(f"{year}年" for year in years), last],
    ]
    for serial, (name, targets) in zip(serials, measure.townships.items(), strict=True):
        rows.append([serial, name, *(int(targets[year]) for year in years), int(measure.totals_by_township[name])])
    rows.append(["总计", None, *(int(measure.by_year[year]) for year in years), int(measure.total)])
    return rows


def done() -> Rows:
    """Return what the year completed, marked as sample figures."""
    rows: Rows = [
        ["2024年度乡镇（街道）任务完成情况表（示例）", None, None, None],
        ["（单位：亩）", None, None, None],
        ["序号", "乡镇（街道）", "新增耕地", "增减挂钩指标"],
    ]
    for serial, (name, (land, linkage)) in enumerate(DONE.items(), start=1):
        rows.append([serial, name, float(land), float(linkage)])
    rows.append(["合计", None, 1654.6, 384.6])
    rows.append([None] * 4)
    rows.append(["注：本表数字均为示例数字，非实际完成数。", None, None, None])
    return rows


def write(sheets: dict[str, Rows]) -> bytes:
    """Write sheets of plain values with the look of a county's own table; the same input gives the same bytes."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": datetime(2025, 1, 10, tzinfo=UTC), "author": ""})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            lay_out = {COVER: _write_cover, "办理意见": _write_list}.get(name, _write_table)
            lay_out(book, sheet, rows)
    return buffer.getvalue()


def _write_list(book: Any, sheet: Any, rows: Rows) -> None:
    look = _formats(book)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate((18, 6, 68, 8, 12, 24, 36, 14, 14)):
        sheet.set_column(column, column, width)
    for at, row in enumerate(rows):
        shape = {"border": 1, "text_wrap": True, "bold": at == 2} if at >= 2 else {"bold": True}
        for column, value in enumerate(row):
            _write(sheet, at, column, value, look(**shape))


def _formats(book: Any) -> Callable[..., Any]:
    made: dict[tuple[tuple[str, object], ...], Any] = {}

    def get_format(**wanted: object) -> Any:
        key = tuple(sorted(wanted.items()))
        if key not in made:
            made[key] = book.add_format({"font_name": "宋体", "font_size": 11, "valign": "vcenter", **wanted})
        return made[key]

    return get_format


def _write_cover(book: Any, sheet: Any, rows: Rows) -> None:
    look = _formats(book)
    sheet.set_paper(9)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 40)
    for at, row in enumerate(rows):
        sheet.set_row(at, 24)
        for column, value in enumerate(row):
            _write(sheet, at, column, value, look(bold=at == 0, font_size=16 if at == 0 else 11, align="left"))


def _write_table(book: Any, sheet: Any, rows: Rows) -> None:
    look = _formats(book)
    width = len(rows[0])
    header = next((at for at, row in enumerate(rows) if row[0] == "序号"), len(rows))
    last = next((at for at, row in enumerate(rows) if at > header and row[0] in ("总计", "合计")), len(rows) - 1)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, width, 14)
    sheet.center_horizontally()
    for at, row in enumerate(rows):
        if at < header and not any(row[1:]):
            sheet.merge_range(at, 0, at, width - 1, row[0], look(**_title(row[0])))
            continue
        for column, value in enumerate(row):
            _write(
                sheet,
                at,
                column,
                value,
                look(**_shape(rows[min(header, len(rows) - 1)], at, column, header=header, last=last)),
            )


def _title(text: str | None) -> dict[str, object]:
    if text is None or text.startswith("附件"):
        return {"align": "left"}
    return {"align": "right"} if text.startswith("（单位") else {"align": "center", "bold": True, "font_size": 15}


def _shape(headings: list[Any], at: int, column: int, *, header: int, last: int) -> dict[str, object]:
    if at > last:
        return {}
    bold = at in (header, last)
    if column > 1 and at > header:
        exact = str(headings[column]).endswith("年") or headings[column] in ("总计", "合计")
        return {"border": 1, "bold": bold, "align": "right", "num_format": "0" if exact else "0.00"}
    return {"border": 1, "bold": bold, "align": "center"}


def _write(sheet: Any, row: int, column: int, value: object, look: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, str) and value.startswith("{formula}"):
        formula, _, cached = value.removeprefix("{formula}").partition("|")
        sheet.write_formula(row, column, formula, look, float(cached) if cached else "")
    else:
        sheet.write(row, column, value, look)


def decisions(sha256: str, version: int = 2) -> Rows:
    """Return the rows of the review workbook that carries the sample from county to province."""
    headings = open_library().get_messages().get_group("review_book.heading")
    headings.pop("points")  # nothing was returned: the sample has no use for the column
    rows = [
        ("县级", "报送", "东自然资报〔2025〕3号", "数据属实，同意报送。", "530113-01", "2025-01-17"),
        (
            "市级",
            "复核同意",
            "昆自然资核〔2025〕12号",
            "经复核，数据与计划一致，同意上报备案。",
            "530100-01",
            "2025-02-14",
        ),
        ("省级", "备案", "云自然资备〔2025〕7号", "材料齐全，予以备案。", "530000-01", "2025-03-12"),
    ]
    made = [[COUNTY, version, sha256, level, *rest] for level, *rest in rows]
    return [["年度核算办理意见表（样例）"], [], list(headings.values()), *made]


def name_of(version: int) -> str:
    """Return the file name under which a version is handed in."""
    return f"{COUNTY}东川区-{YEAR}年度核算-第{version}版.xlsx"


def main() -> None:
    """Write the two versions of the sample and the decisions on the second."""
    folder = Path("inputs") / str(YEAR)
    for version in (1, 2):
        submission(version).save(folder / COUNTY / name_of(version))
    sha256 = hashlib.sha256((folder / COUNTY / name_of(2)).read_bytes()).hexdigest()
    Draft({"办理意见": decisions(sha256)}).save(folder / "decisions" / "办理意见表.xlsx")


if __name__ == "__main__":
    main()
