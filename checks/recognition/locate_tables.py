"""Find each table of the contract in a workbook, by title and headings rather than by position."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from checks.model.raw_workbook import RawSheet, RawWorkbook
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.header_rows import (
    UNIT_SPELLINGS,
    HeaderBlock,
    KnownHeadings,
    TextRows,
    find_header_row,
    find_heading_unit,
    read_header_block,
)
from checks.recognition.table_regions import SheetRegion, has_title_marks, split_columns, split_regions
from contracts.form_model import Field, Form
from contracts.recognition_words import compile_pattern, get_recognition_words

_ANY_UNIT: Final = re.compile(get_recognition_words().any_unit)
_UNIT_STATEMENT: Final = compile_pattern("unit_statement")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLocation:
    """The location of a form: *header_row* counted from 1, and the column from 1 of each field found exactly once.

    *sheet* holds only this table, with every cell at its address in the file. *duplicate_columns* holds all columns of
    a field found more than once, *unknown_headings* the headings by column that the contract does not know, *units*
    the area units stated above or in the header.
    """

    form: Form
    sheet: RawSheet
    header_row: int
    columns: Mapping[str, int]
    duplicate_columns: Mapping[str, tuple[int, ...]]
    unknown_headings: Mapping[int, str]
    units: tuple[str, ...]

    @property
    def missing_fields(self) -> tuple[Field, ...]:
        """The required fields without a column."""
        names = self.columns.keys() | self.duplicate_columns.keys()
        return tuple(field for field in self.form.fields if field.required and field.name not in names)


@dataclass(frozen=True, slots=True)
class TableSearchResult:
    """The result of the search for one form.

    *rival_sheets* are other sheets that match the form as well as the best one does. *sheet_without_header* is a sheet
    with the form's name but without its header, if the form was not found.
    """

    location: TableLocation | None
    rival_sheets: tuple[str, ...]
    sheet_without_header: str | None


@dataclass(frozen=True, slots=True)
class _TableCandidate:
    """A region of a sheet that may hold a form.

    *score* is 1 or 0 for the form's title, its name on the sheet and all its headings, then the number of columns.
    """

    form: Form
    region: SheetRegion
    score: tuple[int, int, int, int]
    location: TableLocation

    @property
    def rank(self) -> tuple[bool, tuple[int, int, int, int]]:
        """Sort key, the higher the better; any visible sheet is better than a hidden one."""
        return self.location.sheet.visible, self.score

    @property
    def is_complete(self) -> bool:
        """Whether every required heading of the form is there, and none twice."""
        return not self.location.missing_fields and not self.location.duplicate_columns


@dataclass(slots=True)
class SheetCandidates:
    """The candidates of the sheets of one workbook and of its supposed corrections, for the same forms."""

    _found: list[tuple[RawSheet, Sequence[_TableCandidate]]] = field(default_factory=list)

    def find(self, sheet: RawSheet, forms: Sequence[Form]) -> Sequence[_TableCandidate]:
        """Return the candidates of a sheet, which is searched once; a corrected sheet is another sheet."""
        for known_sheet, candidates in self._found:
            if known_sheet is sheet:
                return candidates
        candidates = _find_candidates(sheet, forms)
        self._found.append((sheet, candidates))
        return candidates


def locate_tables(
    forms: Iterable[Form], book: RawWorkbook, sheet_candidates: SheetCandidates | None = None
) -> dict[str, TableSearchResult]:
    """Return the search result of each form by its name; the best matches are assigned first.

    Each region of a sheet is used for one form only.
    """
    forms = tuple(forms)
    sheet_candidates = sheet_candidates or SheetCandidates()
    candidates: list[_TableCandidate] = []
    for sheet in book.sheets:
        candidates.extend(sheet_candidates.find(sheet, forms))
    candidates.sort(key=_get_rank, reverse=True)
    chosen: dict[str, _TableCandidate] = {}
    for candidate in candidates:
        is_region_used = any(other.region is candidate.region for other in chosen.values())
        if candidate.form.name not in chosen and not is_region_used:
            chosen[candidate.form.name] = candidate
    return {form.name: _build_search_result(form, chosen, candidates, book) for form in forms}


def _get_rank(candidate: _TableCandidate) -> tuple[bool, tuple[int, int, int, int]]:
    return candidate.rank


def _find_candidates(sheet: RawSheet, forms: Sequence[Form]) -> list[_TableCandidate]:
    """Return all candidates on a sheet; it is split into columns only if each part is complete for another form."""
    candidates_by_part = [_find_stacked_candidates(part, forms) for part in split_columns(sheet, forms)]
    if candidates_by_part and len(_find_complete_forms(candidates_by_part)) == len(candidates_by_part):
        return list(chain.from_iterable(candidates_by_part))
    return _find_stacked_candidates(sheet, forms)


def _find_complete_forms(candidates_by_part: Iterable[Sequence[_TableCandidate]]) -> set[str]:
    """Return the names of the forms of the best candidates, one for each part, that are complete."""
    names: set[str] = set()
    for candidates in candidates_by_part:
        best = max(candidates, key=_get_rank, default=None)
        if best is not None and best.is_complete:
            names.add(best.form.name)
    return names


def _find_stacked_candidates(sheet: RawSheet, forms: Sequence[Form]) -> list[_TableCandidate]:
    regions = split_regions(sheet, forms)
    header_blocks = [read_header_block(region.sheet, region.start) for region in regions]
    candidates: list[_TableCandidate] = []
    for form in forms:
        for region, header_block in zip(regions, header_blocks, strict=True):
            candidate = _build_candidate(form, region, header_block)
            if candidate:
                candidates.append(candidate)
    return candidates


def _build_search_result(
    form: Form, chosen: Mapping[str, _TableCandidate], candidates: Sequence[_TableCandidate], book: RawWorkbook
) -> TableSearchResult:
    used_sheets = {candidate.location.sheet.name for candidate in chosen.values()}
    if form.name in chosen:
        rival_sheets = tuple(_iter_rival_sheets(form, candidates, used_sheets))
        return TableSearchResult(chosen[form.name].location, rival_sheets, None)
    for sheet in book.sheets:
        if sheet.visible and _has_form_name(form, sheet):
            return TableSearchResult(None, (), sheet.name if sheet.name not in used_sheets else None)
    return TableSearchResult(None, (), None)


def _iter_rival_sheets(form: Form, candidates: Iterable[_TableCandidate], used_sheets: Container[str]) -> Iterator[str]:
    """Yield the visible sheets that have the title and all headings of a form, but are not used for any form."""
    for candidate in candidates:
        has_title, _, is_complete, _ = candidate.score
        sheet = candidate.location.sheet
        is_match = candidate.form is form and has_title and is_complete and sheet.visible
        if is_match and sheet.name not in used_sheets:
            yield sheet.name


def _build_candidate(form: Form, region: SheetRegion, header_block: HeaderBlock) -> _TableCandidate | None:
    """Return a region as a candidate for a form, or None if it has no such header or is another form's by name."""
    known_headings = KnownHeadings.from_form(form)
    matches = list(map(known_headings.match_columns, header_block.headings))
    header_index = find_header_row(list(map(len, matches)))
    if header_index is None:
        return None
    texts_above = "".join(chain.from_iterable(header_block.rows[:header_index]))
    title = texts_above + normalise_text(region.sheet.name)
    has_title = bool(form.title_marks) and has_title_marks(title, form)
    has_name = _has_form_name(form, region.sheet)
    if not (has_title or has_name) and (form.title_marks or form.sheet_names):
        return None
    location = _build_location(form, region.sheet, header_block, header_index, matches[header_index])
    is_complete = not location.missing_fields and not location.duplicate_columns
    score = (int(has_title), int(has_name), int(is_complete), len(location.columns))
    return _TableCandidate(form, region, score, location)


def _build_location(
    form: Form, sheet: RawSheet, header_block: HeaderBlock, header_index: int, field_by_column: Mapping[int, str]
) -> TableLocation:
    columns_by_field: dict[str, tuple[int, ...]] = {}
    for column, name in field_by_column.items():
        columns_by_field[name] = (*columns_by_field.get(name, ()), column)
    columns: dict[str, int] = {}
    duplicate_columns: dict[str, tuple[int, ...]] = {}
    for name, field_columns in columns_by_field.items():
        if len(field_columns) == 1:
            columns[name] = field_columns[0]
        else:
            duplicate_columns[name] = field_columns
    headings = {column: text for column, text in enumerate(header_block.rows[header_index], start=1) if text}
    units = chain(
        _find_stated_units(header_block.rows[:header_index], form),
        _find_heading_units(form, headings, field_by_column),
    )
    return TableLocation(
        form=form,
        sheet=sheet,
        header_row=header_block.start + header_index + 1,
        columns=columns,
        duplicate_columns=duplicate_columns,
        unknown_headings={column: text for column, text in headings.items() if column not in field_by_column},
        units=tuple(dict.fromkeys(units)),
    )


def _find_stated_units(rows: TextRows, form: Form) -> Iterator[str]:
    """Yield the units in statements such as 单位:亩 above a header.

    A statement that lists the units of several columns, such as 单位:平方米、亩, states that of the form.
    """
    field_units = {field.unit for field in form.fields}
    for text in chain.from_iterable(rows):
        for statement in _UNIT_STATEMENT.findall(text):
            units = [UNIT_SPELLINGS[spelling] for spelling in _ANY_UNIT.findall(statement)]
            if form.unit in units and field_units.issuperset(units):
                units = [form.unit]
            yield from units


def _find_heading_units(form: Form, headings: Mapping[int, str], field_by_column: Mapping[int, str]) -> Iterator[str]:
    """Yield the units at the end of headings; a column with the unit of its own field says nothing about the form."""
    for column, name in field_by_column.items():
        unit, field_unit = find_heading_unit(headings.get(column, "")), form.get_field(name).unit
        if unit and (unit != field_unit or unit == form.unit):
            yield unit


def _has_form_name(form: Form, sheet: RawSheet) -> bool:
    sheet_name = normalise_text(sheet.name)
    return any(sheet_name.startswith(normalise_text(name)) for name in form.sheet_names)
