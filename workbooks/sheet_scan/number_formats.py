"""What a number format does to a value: shows it, hides it, or shows another number in its place."""

import re
from dataclasses import dataclass
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from typing import Final

BLANK, OTHERWISE, PALE = "blank", "otherwise", "unseen"
_BUILT_IN: Final = {"9": "0%", "10": "0.00%"}  # of the numbers without a code in the file, those that scale
_PIECE: Final = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_.|\*(?P<filled>.)|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<general>General|G/通用格式|Standard)|(?P<end>;)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_COMPARED: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}
_WHITE: Final = re.compile(r"(?i)^(white|白色?|(?:color|颜色)\s*2)$")
_DATE: Final = re.compile(r"[ymdhs]", re.IGNORECASE)
_ELAPSED: Final = re.compile(r"(?i)^(h+|m+|s+)$")
_PLACES: Final = re.compile(r"[0#?]")
_SCALED: Final = re.compile(r"%|[0#?.],+(?![0#?,])")
_TEXT_SECTION: Final = 3  # counted from 0


@dataclass(slots=True)
class _Section:
    """One part of a format between semicolons, taken apart."""

    condition: tuple[str, float] | None = None
    signs: str = ""  # what stands there unquoted, without literal words
    before: str = ""  # literal words before the first digit
    words: str = ""
    general: bool = False
    white: bool = False

    def take(self, piece: re.Match[str]) -> None:
        if (bracket := piece["bracket"]) is not None:
            self._take_bracket(bracket)
        elif piece["general"]:
            self.general = True
        elif (sign := piece["other"]) is not None and sign in "0#?.,%@EeGgYyMmDdHhSsAaPpBb/":
            self.signs += sign
        else:
            self._take_words(next((one for one in piece.groups() if one is not None), ""))

    def _take_bracket(self, bracket: str) -> None:
        if condition := _CONDITION.fullmatch(bracket):
            self.condition = (condition[1], float(condition[2]))
        self.white = self.white or bool(_WHITE.match(bracket))
        self.signs += bracket if _ELAPSED.match(bracket) else ""

    def _take_words(self, text: str) -> None:
        self.words += text
        if not _PLACES.search(self.signs) and not self.general:
            self.before += text

    def effect(self, *, first: bool) -> str:
        """Name what the section does to a number, nothing where the number is seen."""
        if self.white:
            return PALE
        shown = self.general or _PLACES.search(self.signs) or "@" in self.signs
        if not shown and _DATE.search(self.signs):
            return ""
        if not shown:
            return OTHERWISE if self.words.strip() or self.signs.strip(".,%/") else BLANK
        minus = first and self.before.strip()[-1:] in ("-", "－", "−")
        counted = any(one.isdecimal() for one in self.words)
        return OTHERWISE if minus or counted or _SCALED.search(self.signs) else ""


@dataclass(frozen=True, slots=True)
class Format:
    """What a format does, by its sections: condition and effect of each."""

    sections: tuple[tuple[tuple[str, float] | None, str], ...]
    on_text: str

    @property
    def odd(self) -> bool:
        """Tell whether any value may be shown otherwise than it is stored."""
        return bool(self.on_text) or any(effect for _, effect in self.sections)

    def effect(self, value: float | None) -> str:
        """Name what becomes of a number, or of a text (None); a zero that is not shown is no loss."""
        if value is None:
            return self.on_text
        if value == 0:
            return ""
        return next((effect for condition, effect in self.sections if _holds(condition, value)), "")


def _holds(condition: tuple[str, float] | None, value: float) -> bool:
    return condition is None or bool(_COMPARED[condition[0]](value, condition[1]))


@cache
def read_format(code: str) -> Format:
    """Take a format's code apart."""
    sections = [_Section()]
    for piece in _PIECE.finditer(code[:1000]):
        if piece["end"]:
            sections.append(_Section())
        else:
            sections[-1].take(piece)
    if not code:
        return Format((), "")
    own = sections[_TEXT_SECTION] if len(sections) > _TEXT_SECTION else None
    numeric = sections[:_TEXT_SECTION]
    effects = [one.effect(first=at == 0) for at, one in enumerate(numeric)]
    on_text = "" if own is None or ("@" in own.signs and not own.white) else own.effect(first=True)
    whole = PALE if len(sections) == 1 and sections[0].white else on_text
    return Format(tuple(zip(_conditions(numeric), effects, strict=True)), whole)


def _conditions(sections: list[_Section]) -> list[tuple[str, float] | None]:
    """Return when each section serves: as it says itself, else by the order of positive, negative, zero."""
    own = [one.condition for one in sections]
    if any(own) or len(sections) == 1:
        return own
    return [(">=", 0.0), None] if len(sections) == 2 else [(">", 0.0), ("<", 0.0), None]  # noqa: PLR2004 - in pairs


def built_in(number: str) -> str:
    """Return the code of a format that the file names by its number alone, as far as it matters here."""
    return _BUILT_IN.get(number, "")
