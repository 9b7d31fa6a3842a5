"""What a number format does to a value: shows it, hides it, or shows another number in its place."""

import re
from dataclasses import dataclass
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from typing import Final

BLANK, SHOWN_DIFFERENTLY, INVISIBLE = "blank", "otherwise", "unseen"
_BUILT_IN_CODES: Final = {"9": "0%", "10": "0.00%"}  # of the numbers without a code in the file, those that scale
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
_TEXT_SECTION_INDEX: Final = 3  # counted from 0


@dataclass(slots=True)
class _FormatSection:
    """One part of a format between semicolons, taken apart."""

    condition: tuple[str, float] | None = None
    symbols: str = ""  # what stands there unquoted, without literal words
    text_before_digits: str = ""  # literal words before the first digit
    literal_text: str = ""
    is_general: bool = False
    is_white: bool = False

    def add_token(self, token: re.Match[str]) -> None:
        if (bracket := token["bracket"]) is not None:
            self._add_bracket(bracket)
        elif token["general"]:
            self.is_general = True
        elif (sign := token["other"]) is not None and sign in "0#?.,%@EeGgYyMmDdHhSsAaPpBb/":
            self.symbols += sign
        else:
            self._add_literal(next((one for one in token.groups() if one is not None), ""))

    def _add_bracket(self, bracket: str) -> None:
        if condition := _CONDITION.fullmatch(bracket):
            self.condition = (condition[1], float(condition[2]))
        self.is_white = self.is_white or bool(_WHITE_NAME.match(bracket))
        self.symbols += bracket if _ELAPSED_TIME.match(bracket) else ""

    def _add_literal(self, text: str) -> None:
        self.literal_text += text
        if not _DIGIT_PLACEHOLDER.search(self.symbols) and not self.is_general:
            self.text_before_digits += text

    def get_effect(self, *, is_first: bool) -> str:
        """Name what the section does to a number, nothing where the number is seen."""
        if self.is_white:
            return INVISIBLE
        shown = self.is_general or _DIGIT_PLACEHOLDER.search(self.symbols) or "@" in self.symbols
        if not shown and _DATE_SYMBOL.search(self.symbols):
            return ""
        if not shown:
            return SHOWN_DIFFERENTLY if self.literal_text.strip() or self.symbols.strip(".,%/") else BLANK
        minus = is_first and self.text_before_digits.strip()[-1:] in ("-", "－", "−")
        counted = any(one.isdecimal() for one in self.literal_text)
        return SHOWN_DIFFERENTLY if minus or counted or _SCALING.search(self.symbols) else ""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a format does, by its sections: condition and effect of each."""

    sections: tuple[tuple[tuple[str, float] | None, str], ...]
    text_effect: str

    @property
    def has_effect(self) -> bool:
        """Tell whether any value may be shown otherwise than it is stored."""
        return bool(self.text_effect) or any(effect for _, effect in self.sections)

    def get_effect(self, value: float | None) -> str:
        """Name what becomes of a number, or of a text (None); a zero that is not shown is no loss."""
        if value is None:
            return self.text_effect
        if value == 0:
            return ""
        return next((effect for condition, effect in self.sections if _is_condition_met(condition, value)), "")


def _is_condition_met(condition: tuple[str, float] | None, value: float) -> bool:
    return condition is None or bool(_COMPARISONS[condition[0]](value, condition[1]))


@cache
def parse_number_format(code: str) -> NumberFormat:
    """Take a format's code apart."""
    sections = [_FormatSection()]
    for piece in _TOKEN.finditer(code[:1000]):
        if piece["end"]:
            sections.append(_FormatSection())
        else:
            sections[-1].add_token(piece)
    if not code:
        return NumberFormat((), "")
    own = sections[_TEXT_SECTION_INDEX] if len(sections) > _TEXT_SECTION_INDEX else None
    numeric = sections[:_TEXT_SECTION_INDEX]
    effects = [one.get_effect(is_first=at == 0) for at, one in enumerate(numeric)]
    on_text = "" if own is None or ("@" in own.symbols and not own.is_white) else own.get_effect(is_first=True)
    whole = INVISIBLE if len(sections) == 1 and sections[0].is_white else on_text
    return NumberFormat(tuple(zip(_get_conditions(numeric), effects, strict=True)), whole)


def _get_conditions(sections: list[_FormatSection]) -> list[tuple[str, float] | None]:
    """Return when each section serves: as it says itself, else by the order of positive, negative, zero."""
    own = [one.condition for one in sections]
    if any(own) or len(sections) == 1:
        return own
    return [(">=", 0.0), None] if len(sections) == 2 else [(">", 0.0), ("<", 0.0), None]  # noqa: PLR2004 - in pairs


def get_built_in_code(format_id: str) -> str:
    """Return the code of a format that the file names by its number alone, as far as it matters here."""
    return _BUILT_IN_CODES.get(format_id, "")
