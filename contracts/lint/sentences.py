"""Sentences that are missing, or whose placeholders are not those that the code fills in.

What the code fills in is known by the catalogue that it is shipped with.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any, Final

from contracts.lint.documents import ContractDocument, load_content
from contracts.lint.form_problems import list_placeholders
from contracts.lint.form_views import FormView, RuleView
from contracts.lint.index import ContractIndex
from contracts.lint.problems import ContractProblem, Path
from contracts.messages import LANGUAGES
from contracts.yaml_files import read_text

_FIRST_LANGUAGE: Final = LANGUAGES[0]
_RULE_PREFIX: Final = "rule."
_SHIPPED_FOLDER: Final = FilePath(__file__).parent.parent
_FORM_FILES: Final = "*.odcs.yaml"
Texts = Mapping[str, str]


def check_sentences(index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield the mistakes of the catalogues, and the rules that have no sentences."""
    catalogues = {document.stem: document for document in index.list_documents("messages")}
    first = catalogues.get(_FIRST_LANGUAGE)
    if first is None:
        return
    texts = flatten_texts(first.content)
    for language, document in catalogues.items():
        own_texts = texts if document is first else flatten_texts(document.content)
        yield from _check_braces(document, own_texts)
        yield from _check_placeholders(document, own_texts, load_shipped_texts(language))
    yield from _check_languages(catalogues, texts)
    yield from _check_missing(first, texts, load_shipped_texts(_FIRST_LANGUAGE))
    suffixes_by_rule = _group_by_rule(texts)
    for form in index.all_forms:
        for rule in form.rules:
            yield from _check_rule_sentences(form, rule, suffixes_by_rule)


def _group_by_rule(texts: Texts) -> Mapping[str, set[str]]:
    """Return the rest of the keys of each rule's sentences."""
    suffixes_by_rule: dict[str, set[str]] = {}
    for key in texts:
        if key.startswith(_RULE_PREFIX):
            rule_id, _, suffix = key.removeprefix(_RULE_PREFIX).partition(".")
            suffixes_by_rule.setdefault(rule_id, set()).add(suffix)
    return suffixes_by_rule


# The catalogues are the largest files; in most commands of a process they are the same.
@lru_cache(maxsize=8)
def load_shipped_texts(language: str) -> Texts:
    """Return the texts of a shipped catalogue by dotted key, or none if there is no such catalogue."""
    path = _SHIPPED_FOLDER / "messages" / f"{language}.yaml"
    if not path.is_file():
        return {}
    return flatten_texts(load_content(read_text(path), f"messages/{path.name}"))


def flatten_texts(content: Mapping[str, Any]) -> Texts:
    """Return the texts of a catalogue by dotted key."""
    texts: dict[str, str] = {}
    pending: list[tuple[str, Mapping[str, Any]]] = [("", content)]
    while pending:
        prefix, node = pending.pop()
        for key, value in node.items():
            if isinstance(value, Mapping):
                pending.append((f"{prefix}{key}.", value))
            else:
                texts[f"{prefix}{key}"] = value
    return texts


def _check_braces(document: ContractDocument, texts: Texts) -> Iterator[ContractProblem]:
    for key, text in texts.items():
        if ("{" in text or "}" in text) and list_placeholders(text) is None:
            yield document.build_problem(_split_key(key), "sentence_braces", key=key)


def _check_placeholders(document: ContractDocument, texts: Texts, shipped_texts: Texts) -> Iterator[ContractProblem]:
    """Yield the sentences that have other placeholders than those of the same key as shipped."""
    for key, text in texts.items():
        shipped_text = shipped_texts.get(key, text)
        if shipped_text != text:
            yield from _compare_placeholders(document, key, text, shipped_text)


def _check_languages(catalogues: Mapping[str, ContractDocument], texts: Texts) -> Iterator[ContractProblem]:
    """Yield the sentences whose placeholders differ between two languages, and those that the first lacks."""
    for language, document in catalogues.items():
        if language == _FIRST_LANGUAGE:
            continue
        for key, text in flatten_texts(document.content).items():
            if key in texts:
                yield from _compare_placeholders(document, key, text, texts[key])
            else:
                yield document.build_problem(_split_key(key), "sentence_foreign", key=key)


def _compare_placeholders(
    document: ContractDocument, key: str, text: str, expected_text: str
) -> Iterator[ContractProblem]:
    actual, expected = list_placeholders(text), list_placeholders(expected_text)
    if actual is None or expected is None:
        return
    if lacking := sorted(expected - actual):
        yield document.build_problem(_split_key(key), "sentence_lacks", key=key, names=_join_names(lacking))
    if foreign := sorted(actual - expected):
        facts = {"names": _join_names(foreign), "expected": _join_names(sorted(expected)) or "—"}
        yield document.build_problem(_split_key(key), "sentence_unfilled", key=key, **facts)


def _check_missing(document: ContractDocument, texts: Texts, shipped_texts: Texts) -> Iterator[ContractProblem]:
    for key in shipped_texts:
        if key not in texts:
            yield document.build_problem(_split_key(key), "sentence_missing", key=key)


def _check_rule_sentences(
    form: FormView, rule: RuleView, suffixes_by_rule: Mapping[str, set[str]]
) -> Iterator[ContractProblem]:
    """Yield what a rule of its own lacks to say: the sentences that every shipped rule with its check has."""
    lacking = sorted(_map_needed_suffixes().get(rule.check, frozenset()) - suffixes_by_rule.get(rule.id, set()))
    if lacking:
        keys = "、".join(f"{_RULE_PREFIX}{rule.id}.{suffix}" for suffix in lacking)
        yield form.document.build_problem(rule.path, "rule_unsaid", rule=rule.id, keys=keys)


@lru_cache(maxsize=1)
def _map_needed_suffixes() -> Mapping[str, frozenset[str]]:
    """Return, by check, the rest of the keys that all shipped rules with this check have sentences for."""
    suffixes_by_rule = _group_by_rule(load_shipped_texts(_FIRST_LANGUAGE))
    needed: dict[str, frozenset[str]] = {}
    for check, rule_ids in _map_shipped_rules().items():
        suffixes = map(suffixes_by_rule.__getitem__, rule_ids)
        needed[check] = frozenset(set.intersection(*suffixes))
    return needed


@lru_cache(maxsize=1)
def _map_shipped_rules() -> Mapping[str, set[str]]:
    """Return the ids of the shipped rules by check."""
    rule_ids: dict[str, set[str]] = {}
    for path in sorted((_SHIPPED_FOLDER / "forms").glob(_FORM_FILES)):
        content = load_content(read_text(path), f"forms/{path.name}")
        for raw_form in content["schema"]:
            for entry in raw_form.get("quality", ()):
                implementation = entry.get("implementation", {})
                rule_ids.setdefault(implementation.get("check", ""), set()).add(entry["id"])
    return rule_ids


def _split_key(key: str) -> Path:
    return tuple(key.split("."))


def _join_names(names: Iterable[str]) -> str:
    return "、".join(f"{{{name}}}" for name in names)
