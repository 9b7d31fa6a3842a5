"""The policy for returned submissions: what counts as an explanation, and how long lists may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.errors import build_entry_error
from contracts.yaml_files import compile_once


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPolicy:
    """What a reviewer is proposed to inspect: this share of a county's figures, within *fewest* and *most* of them."""

    share: Decimal = Decimal("0.1")
    fewest: int = 2
    most: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPolicy:
    """What an explanation must contain (procedure rule *rule*), and the caps of our lists.

    An explanation needs *min_length* characters, and *min_length_without_fillers* once all *filler_words* are removed,
    *min_distinct* of them different; the words are in lower case and sorted by
    length, the longest first. *max_list_lengths* is keyed by
    list. *paper_suffixes* are the endings of files that may accompany a workbook. *likelihood_checks* judge how likely
    figures are: what only they find after a reduction does not bar it. *rate_checks* compute rates, which follow a
    reduction by themselves.
    """

    rule: str
    min_length: int
    min_length_without_fillers: int
    filler_words: tuple[str, ...]
    max_list_lengths: Mapping[str, int]
    sampling: SamplingPolicy = SamplingPolicy()
    paper_suffixes: tuple[str, ...] = ()
    min_distinct: int = 4
    likelihood_checks: frozenset[str] = frozenset()
    rate_checks: frozenset[str] = frozenset()


@compile_once
def load_return_policy(raw: Mapping[str, Any], file: str) -> ReturnPolicy:
    """Load the file; raise `ContractError` if an entry is missing or malformed."""
    try:
        explanation = raw["explanation"]
        return ReturnPolicy(
            rule=str(explanation["rule"]),
            min_length=int(explanation["least"]),
            min_length_without_fillers=int(explanation["left"]),
            min_distinct=int(explanation["distinct"]),
            filler_words=tuple(sorted(map(_fold_case, explanation["idle"]), key=len, reverse=True)),
            max_list_lengths={str(name): int(cap) for name, cap in raw["caps"].items()},
            sampling=_build_sampling(raw.get("sampling", {})),
            likelihood_checks=_list_checks(raw, "unlikely"),
            rate_checks=_list_checks(raw, "rates"),
            paper_suffixes=tuple(str(suffix).lower() for suffix in raw.get("papers", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise build_entry_error(file, error) from error


def _list_checks(raw: Mapping[str, Any], name: str) -> frozenset[str]:
    return frozenset(map(str, raw.get("reduction", {}).get(name, ())))


def _fold_case(word: object) -> str:
    return str(word).casefold()


def _build_sampling(raw: Mapping[str, Any]) -> SamplingPolicy:
    if not raw:
        return SamplingPolicy()
    return SamplingPolicy(share=Decimal(str(raw["share"])), fewest=int(raw["fewest"]), most=int(raw["most"]))
