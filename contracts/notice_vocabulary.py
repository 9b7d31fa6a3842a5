"""The words by which the parts of a plan's notice are known: ``contracts/notices.yaml``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from contracts.errors import build_entry_error
from contracts.yaml_files import compile_once


@dataclass(frozen=True, slots=True)
class NoticeUnit:
    """A unit of figures: what it measures, and how many of the quantity's basic unit it is."""

    quantity: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class NoticeMeasure:
    """A measure that a plan counts: its name, and the words by which the title of its table is known."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeVocabulary:
    """All words; *headings* maps a kind of column to its words, *duty_headings* a part of a table of duties.

    *rules* maps the id of a rule on notices to its severity.
    """

    headings: Mapping[str, tuple[str, ...]]
    total_rows: tuple[str, ...]
    subtotal_row: str
    table_word: str
    blank_marks: tuple[str, ...]
    part_marks: tuple[str, ...]
    units: Mapping[str, NoticeUnit]
    assigned_words: tuple[str, ...]
    part_words: tuple[str, ...]
    filler_words: tuple[str, ...]
    each_word: str
    cumulative_words: tuple[str, ...]
    duty_headings: Mapping[str, tuple[str, ...]]
    measures: Mapping[str, NoticeMeasure]
    rules: Mapping[str, str]

    def convert(self, value: Decimal, unit: str, target_unit: str) -> Decimal | None:
        """Return a figure in another unit, or None if one of the units is unknown or counts something else."""
        source, target = self.units.get(unit), self.units.get(target_unit)
        if source is None or target is None or source.quantity != target.quantity:
            return None
        return value * source.factor / target.factor


@compile_once
def load_notice_vocabulary(raw: Mapping[str, Any], file: str) -> NoticeVocabulary:
    """Load the vocabulary; raise `ContractError` if an entry is missing or malformed."""
    try:
        return NoticeVocabulary(
            headings=_load_word_lists(raw["headings"]),
            total_rows=_load_words(raw["total_rows"]),
            subtotal_row=str(raw["subtotal_row"]),
            table_word=str(raw["table"]),
            blank_marks=_load_words(raw["blank_marks"]),
            part_marks=_load_words(raw["part_marks"]),
            units={name: NoticeUnit(unit["quantity"], Decimal(unit["factor"])) for name, unit in raw["units"].items()},
            assigned_words=_load_words(raw["assigned"]),
            part_words=_load_words(raw["parts"]),
            each_word=str(raw["each"]),
            filler_words=_load_words(raw["fillers"]),
            cumulative_words=_load_words(raw["cumulative"]),
            duty_headings=_load_word_lists(raw["duties"]),
            measures={
                name: NoticeMeasure(measure["name"], _load_words(measure["words"]))
                for name, measure in raw["measures"].items()
            },
            rules={str(name): str(severity) for name, severity in raw["rules"].items()},
        )
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise build_entry_error(file, error) from error


def _load_words(words: Sequence[Any]) -> tuple[str, ...]:
    return tuple(map(str, words))


def _load_word_lists(raw: Mapping[str, Sequence[Any]]) -> dict[str, tuple[str, ...]]:
    return {name: _load_words(words) for name, words in raw.items()}
