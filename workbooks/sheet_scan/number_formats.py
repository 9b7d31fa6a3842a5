"""Parse number formats (ECMA-376 part 1, 18.8.31) for their effect: whether a value is shown, hidden or altered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from types import MappingProxyType
from typing import Final

BLANK, SHOWN_DIFFERENTLY, INVISIBLE = "blank", "otherwise", "unseen"
# Of the formats that have an id but no code in the file, those that scale the number.
_BUILT_IN_CODES: Final = {"9": "0%", "10": "0.00%"}
_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_.|\*(?P<filled>.)|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<general>General|G/通用格式|Standard)|(?P<end>;)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_COMPARISONS: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}
_WHITE_NAME: Final = re.compile(r"(?i)^(white|白色?|(?:color|颜色)\s*2)$")
_DATE_SYMBOL: Final = re.compile(r"[ymdhs]", re.IGNORECASE)
_ELAPSED_TIME: Final = re.compile(r"(?i)^(h+|m+|s+)$")
_DIGIT_PLACEHOLDER: Final = re.compile(r"[0#?]")
_SCALING: Final = re.compile(r"%|[0#?.],+(?![0#?,])")
# The fourth section of a format is for texts.
_TEXT_SECTION_INDEX: Final = 3
# By the number of sections that are for numbers.
_DEFAULT_CONDITIONS: Final[Mapping[int, Sequence[tuple[str, float] | None]]] = MappingProxyType(
    {1: (None,), 2: ((">=", 0.0), None), 3: ((">", 0.0), ("<", 0.0), None)}
)


@dataclass(slots=True)
class _FormatSection:
    """One part of a format between semicolons: its symbols (all but literal text), literal text and condition."""

    condition: tuple[str, float] | None = None
    symbols: str = ""
    text_before_digits: str = ""
    literal_text: str = ""
    is_general: bool = False
    is_white: bool = False

    def add_token(self, token: re.Match[str]) -> None:
        if (bracket := token["bracket"]) is not None:
            self._add_bracket(bracket)
        elif token["general"]:
            self.is_general = True
        elif (character := token["other"]) is not None and character in "0#?.,%@EeGgYyMmDdHhSsAaPpBb/":
            self.symbols += character
        else:
            self._add_literal(token[token.lastgroup] if token.lastgroup else "")

    def _add_bracket(self, bracket: str) -> None:
        if condition := _CONDITION.fullmatch(bracket):
            self.condition = (condition[1], float(condition[2]))
        self.is_white = self.is_white or bool(_WHITE_NAME.match(bracket))
        if _ELAPSED_TIME.match(bracket):
            self.symbols += bracket

    def _add_literal(self, text: str) -> None:
        self.literal_text += text
        if not _DIGIT_PLACEHOLDER.search(self.symbols) and not self.is_general:
            self.text_before_digits += text

    def get_effect(self, *, is_first: bool) -> str:
        """Return the effect on a number; empty if the number is shown as it is stored."""
        if self.is_white:
            return INVISIBLE
        if self.is_general or _DIGIT_PLACEHOLDER.search(self.symbols) or "@" in self.symbols:
            return self._get_effect_on_digits(is_first=is_first)
        if _DATE_SYMBOL.search(self.symbols):
            return ""
        if self.literal_text.strip() or self.symbols.strip(".,%/"):
            return SHOWN_DIFFERENTLY
        return BLANK

    def _get_effect_on_digits(self, *, is_first: bool) -> str:
        """Return the effect of a section that shows digits: literal digits, a minus or scaling alter the number."""
        has_minus = is_first and self.text_before_digits.strip()[-1:] in ("-", "－", "−")
        if has_minus or any(map(str.isdecimal, self.literal_text)) or _SCALING.search(self.symbols):
            return SHOWN_DIFFERENTLY
        return ""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """The effects of a format: condition and effect of each section for numbers, and the effect on texts."""

    sections: tuple[tuple[tuple[str, float] | None, str], ...]
    text_effect: str

    @property
    def has_effect(self) -> bool:
        """Whether any value may be shown otherwise than it is stored."""
        return bool(self.text_effect) or any(effect for _, effect in self.sections)

    def get_effect(self, value: float | None) -> str:
        """Return the effect on a number, or on a text (None); hiding a zero counts as no effect."""
        if value is None:
            return self.text_effect
        if value == 0:
            return ""
        for condition, effect in self.sections:
            if _is_condition_met(condition, value):
                return effect
        return ""


def _is_condition_met(condition: tuple[str, float] | None, value: float) -> bool:
    return condition is None or bool(_COMPARISONS[condition[0]](value, condition[1]))


@cache
def parse_number_format(code: str) -> NumberFormat:
    """Return the effects of a format code; only its first 1000 characters count."""
    sections = [_FormatSection()]
    for token in _TOKEN.finditer(code[:1000]):
        if token["end"]:
            sections.append(_FormatSection())
        else:
            sections[-1].add_token(token)
    if not code:
        return NumberFormat((), "")
    numeric_sections = sections[:_TEXT_SECTION_INDEX]
    effects = [section.get_effect(is_first=section is sections[0]) for section in numeric_sections]
    conditions = _get_conditions(numeric_sections)
    return NumberFormat(tuple(zip(conditions, effects, strict=True)), _get_text_effect(sections))


def _get_text_effect(sections: list[_FormatSection]) -> str:
    """Return the effect on texts: that of the text section, or of the colour if there is only one section."""
    if len(sections) == 1 and sections[0].is_white:
        return INVISIBLE
    if len(sections) <= _TEXT_SECTION_INDEX:
        return ""
    text_section = sections[_TEXT_SECTION_INDEX]
    if "@" in text_section.symbols and not text_section.is_white:
        return ""
    return text_section.get_effect(is_first=True)


def _get_conditions(sections: list[_FormatSection]) -> list[tuple[str, float] | None]:
    """Return the condition of each section: its own, or the default of positive, negative and zero numbers."""
    conditions = [section.condition for section in sections]
    if any(conditions):
        return conditions
    return list(_DEFAULT_CONDITIONS[len(sections)])


def get_built_in_code(format_id: str) -> str:
    """Return the code of a built-in format, or an empty text if the format has no effect on values."""
    return _BUILT_IN_CODES.get(format_id, "")
