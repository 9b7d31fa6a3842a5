"""Notices of plans as files of every format: their words are the tests' own, their figures those of a plan."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import docx
import openpyxl

from contracts.contract_library import open_library
from notices.plan.import_plan import PlanImport, import_plan
from notices.reading.read_notice import read_notice

Block = str | list[list[str]]
CLAUSE = "三、年度任务"


@dataclass(frozen=True, slots=True)
class Task:
    """One programme: title of its table, what the prose calls it, figures by township and year."""

    title: str
    called: str
    figures: Mapping[str, Mapping[int, int]]
    assigned: int | None = None

    @property
    def years(self) -> list[int]:
        """The years in their order."""
        return sorted({year for figures in self.figures.values() for year in figures})

    def get_total(self, year: int | None = None) -> int:
        """Return the total of a year, or of all of them."""
        return sum(
            figure for figures in self.figures.values() for named, figure in figures.items() if year in {None, named}
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with its tasks; *serials* replace the numbers of the rows of the last table."""

    number: str
    title: str
    day: str
    tasks: Sequence[Task]
    serials: Sequence[str] = ()
    extra_blocks: Sequence[Block] = field(default_factory=list)

    def build_blocks(self) -> list[Block]:
        """Return the paragraphs and tables in their order."""
        blocks: list[Block] = [self.number, f"《{self.title}》已同意，现印发给你们。", self.day, CLAUSE]
        ordinals = "一二三四五六七八九"
        blocks += [f"{ordinals[index]}是{_write_prose(task)}" for index, task in enumerate(self.tasks)]
        blocks += ["四、附则", *self.extra_blocks]
        listed = [f"{index}.{task.title}" for index, task in enumerate(self.tasks, start=1)]
        blocks += [f"附件：{listed[0]}", *listed[1:]]
        for index, task in enumerate(self.tasks, start=1):
            serials = self.serials if index == len(self.tasks) else ()
            blocks += [f"附件{index}", task.title, "（单位：亩）", _build_table(task, serials)]
        return [*blocks, "抄送：各有关单位。"]


def _write_prose(task: Task) -> str:
    parts = "，".join(f"{name}{sum(figures.values())}亩" for name, figures in task.figures.items())
    given = f"按照上级下达{task.assigned}亩的任务，" if task.assigned is not None else ""
    return f"{given}{task.called}{task.get_total()}亩。其中：{parts}。"


def _build_table(task: Task, serials: Sequence[str]) -> list[list[str]]:
    years = task.years
    rows = [["序号", "乡镇（街道）", *(f"{year}年" for year in years), "总计"]]
    numbers = serials or [str(number) for number in range(1, len(task.figures) + 1)]
    for serial, (name, figures) in zip(numbers, task.figures.items(), strict=True):
        rows.append([serial, name, *(str(figures[year]) for year in years), str(sum(figures.values()))])
    return [*rows, ["总计", "", *(str(task.get_total(year)) for year in years), str(task.get_total())]]


def write_text(blocks: Sequence[Block]) -> bytes:
    """Return the blocks as a plain text whose cells are lines that begin with a tab."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, str):
            lines.append(block)
            continue
        for row in block:
            lines += [f"\t{cell}" for cell in row]
            lines.append("")
    return "\n".join(lines).encode()


def write_word(blocks: Sequence[Block]) -> bytes:
    """Return the blocks as a Word document."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(rows=len(block), cols=len(block[0]))
        for row, cells in zip(table.rows, block, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    sink = BytesIO()
    document.save(sink)
    return sink.getvalue()


def write_page(blocks: Sequence[Block]) -> bytes:
    """Return the blocks as a web page."""
    parts = ["<!DOCTYPE html><html><head><meta charset='utf-8'><title>x</title></head><body>"]
    for block in blocks:
        if isinstance(block, str):
            parts.append(f"<p>{html.escape(block)}</p>")
            continue
        rows = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in block]
        parts.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    return "".join([*parts, "</body></html>"]).encode()


def write_workbook(blocks: Sequence[Block]) -> bytes:
    """Return the blocks as a workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for block in blocks:
        for row in [[block]] if isinstance(block, str) else block:
            sheet.append([int(cell) if cell.isdecimal() else cell or None for cell in row])
    sink = BytesIO()
    book.save(sink)
    return sink.getvalue()


WRITERS = {"txt": write_text, "docx": write_word, "html": write_page, "xlsx": write_workbook}


def import_blocks(blocks: Sequence[Block], kind: str = "txt") -> PlanImport:
    """Write blocks as a file, read it, and import the plan."""
    library = open_library()
    document = read_notice(WRITERS[kind](blocks))
    return import_plan(document, library.get_notice_vocabulary(), library.get_messages())
