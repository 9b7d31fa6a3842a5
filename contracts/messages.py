"""Every sentence for people, by key; one catalogue per language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from contracts.errors import ContractError, SettingError, name_missing_entry
from contracts.yaml_files import MAX_CACHED_FILES, compile_once, parse_once, read_text

LANGUAGES: Final = ("zh", "en")
"""The languages that have a catalogue; the first is that of the counties, and has every key."""

LANGUAGE_VARIABLE: Final = "HESUAN_LANGUAGE"
LIST_SEPARATOR: Final = "、"
"""Joins the parts of a fact."""

# Facts that the code composes; all others may be words of people or of a contract, which no language changes.
_COMPOSED_FACTS: Final = frozenset(
    {
        *("area", "cells", "codes", "columns", "counties", "expected", "figures", "first", "forms", "headings", "held"),
        *("known", "levels", "listed", "meant", "missing", "names", "needed", "others", "parts", "place", "places"),
        *("readings", "rows", "rules", "sheets", "steps", "then", "units", "years"),
    }
)
# The marks that the code puts between their parts, by the name of the text that stands for them in each language.
_PUNCTUATION: Final = {"list": LIST_SEPARATOR, "comma": "，", "colon": "：", "semicolon": "；"}


@dataclass(frozen=True, slots=True)
class Messages:
    """The sentences of one language; placeholders are written ``{name}``.

    *other_paths* are the catalogues of the other languages: what the program wrote in one language and reads back is
    recognised in any. They are read when they are asked for.
    """

    file: str
    texts: Mapping[str, str]
    other_paths: tuple[Path, ...] = ()

    def __call__(self, key: str, /, **facts: object) -> str:
        """Return the sentence of *key* with its facts filled in; raise `ContractError` if key or fact is missing."""
        try:
            return self.texts[key].format_map(self._adapt_facts(facts))
        except KeyError as error:
            raise ContractError(
                self.file,
                f"{key}: no such sentence or placeholder: {error}",
                "no_sentence",
                key=key,
                placeholder=name_missing_entry(error),
            ) from error

    def _adapt_facts(self, facts: dict[str, object]) -> dict[str, object]:
        """Return the facts with the punctuation of this language between the parts that the code joined."""
        marks = {mark: self.texts.get(f"punctuation.{name}", mark) for name, mark in _PUNCTUATION.items()}
        if all(mark == own_mark for mark, own_mark in marks.items()):
            return facts
        for name in _COMPOSED_FACTS & facts.keys():
            facts[name] = _replace_marks(facts[name], marks)
        return facts

    def has_key(self, key: str) -> bool:
        """Tell whether there is a sentence with this key."""
        return key in self.texts

    def get_group(self, prefix: str) -> dict[str, str]:
        """Return the sentences whose keys begin with *prefix* and a dot, keyed by the rest of the key."""
        return _select_group(self.texts, prefix)

    def list_groups(self, prefix: str) -> tuple[dict[str, str], ...]:
        """Return the group of *prefix* in every language, this one's first."""
        return tuple(_select_group(texts, prefix) for texts in self._load_catalogues())

    def list_spellings(self, key: str) -> tuple[str, ...]:
        """Return the text of *key* in every language, this one's first."""
        return tuple(texts[key] for texts in self._load_catalogues() if key in texts)

    def _load_catalogues(self) -> tuple[Mapping[str, str], ...]:
        return (self.texts, *map(load_texts, self.other_paths))


def load_messages(folder: Path, language: str) -> Messages:
    """Load the catalogue of a language from a folder; raise `SettingError` if there is no such language.

    A text that it lacks is that of the first language. The files are read on each call, so that an edit takes effect;
    the same texts are compiled only once.
    """
    if language not in LANGUAGES:
        expected = LIST_SEPARATOR.join(LANGUAGES)
        problem = f"names no language: {language!r}; expected one of {', '.join(LANGUAGES)}"
        raise SettingError(LANGUAGE_VARIABLE, problem, "language", value=language, expected=expected)
    paths = {name: folder / f"{name}.yaml" for name in LANGUAGES}
    # An edited copy of the contracts may have no other language than that of the counties.
    others = tuple(path for name, path in paths.items() if name != language and path.is_file())
    contents = tuple(read_text(paths[name]) for name in dict.fromkeys((LANGUAGES[0], language)))
    return _compile_messages(paths[language].name, contents, others)


@lru_cache(maxsize=MAX_CACHED_FILES)
def _compile_messages(file: str, contents: tuple[str, ...], other_paths: tuple[Path, ...]) -> Messages:
    """Compile a catalogue; the last of *contents* is its own, and overrides the ones before."""
    texts: dict[str, str] = {}
    for content in contents:
        texts |= _flatten_texts("", parse_once(content, file), file)
    return Messages(file, texts, other_paths)


@compile_once
def load_texts(raw: Mapping[str, Any], file: str) -> Mapping[str, str]:
    """Load the texts of one catalogue by dotted key. Raise `ContractError` if a value is not a text."""
    return dict(_flatten_texts("", raw, file))


def _select_group(texts: Mapping[str, str], prefix: str) -> dict[str, str]:
    start = f"{prefix}."
    return {key.removeprefix(start): text for key, text in texts.items() if key.startswith(start)}


def _replace_marks(fact: object, marks: Mapping[str, str]) -> object:
    if not isinstance(fact, str):
        return fact
    for mark, own_mark in marks.items():
        fact = fact.replace(mark, own_mark)
    return fact


def _flatten_texts(prefix: str, node: Mapping[Any, Any], file: str) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flatten_texts(f"{name}.", value, file)
        elif isinstance(value, str):
            yield name, value
        else:
            raise ContractError(file, f"{name}: expected text", "not_text", name=name)
