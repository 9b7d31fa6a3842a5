"""The one spelling of an event, and the seal over it."""

import hashlib
import json
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical_json import (
    GENESIS_DIGEST,
    MAX_INTEGER,
    compute_digest,
    decode_event,
    encode_canonical_json,
    encode_event,
)
from ledger.errors import NotRecordableError
from review.events import Event, EventKind

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXTS,
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(TEXTS, parts, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_spelling_loses_nothing(value: object) -> None:
    """What is spelled reads back equal, and spells the same again, on one line."""
    text = encode_canonical_json(value)
    assert json.loads(text) == value
    assert encode_canonical_json(json.loads(text)) == text
    assert "\n" not in text


def test_names_are_sorted_without_spaces_and_chinese_stays() -> None:
    """The order in which names were given leaves no trace."""
    assert encode_canonical_json({"b": [1, None, True], "a": "核算"}) == '{"a":"核算","b":[1,null,true]}'
    assert encode_canonical_json({"a": "核算", "b": [1, None, True]}) == encode_canonical_json(
        {"b": [1, None, True], "a": "核算"}
    )


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), [0.5], {"a": {"b": 1e300}}, {1: "x"}, b"x", ("x",), {"x"}, "\ud800", 10**5000, MAX_INTEGER + 1],
    ids=["float", "nan", "in-list", "in-dict", "name", "bytes", "tuple", "set", "surrogate", "endless", "large"],
)
def test_what_has_no_one_spelling_is_refused(value: object) -> None:
    """Floats, bytes, names that are no text and broken text never reach the record."""
    with pytest.raises(NotRecordableError):
        encode_canonical_json(value)


def test_endless_values_are_refused() -> None:
    """A list that holds itself is refused instead of followed."""
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(NotRecordableError):
        encode_canonical_json(endless)


@given(TEXTS, TEXTS, st.dictionaries(TEXTS, VALUES, max_size=4), st.sampled_from(EventKind))
def test_an_event_reads_back_equal(unit: str, actor: str, facts: dict[str, object], kind: EventKind) -> None:
    """Event to text to event changes nothing, whatever mapping held the facts."""
    event = Event(kind=kind, year=2024, unit=unit, actor=actor, facts=MappingProxyType(facts))  # type: ignore[arg-type]
    again = decode_event(encode_event(event))
    assert again == Event(kind=kind, year=2024, unit=unit, actor=actor, facts=facts)  # type: ignore[arg-type]
    assert isinstance(again.kind, EventKind)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "1", "{}", '{"kind":"roster"}', '{"kind":"?","year":2024}', "[" * 100_000],
    ids=["empty", "list", "number", "nothing", "no-year", "no-kind", "deep"],
)
def test_other_text_is_no_event(text: str) -> None:
    """Whatever stands in place of an event gives one kind of error."""
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own error is one too
        decode_event(text)


def test_facts_must_have_names() -> None:
    """An event whose facts are a list is no event."""
    with pytest.raises(ValueError, match="facts by name"):
        decode_event('{"facts":[],"kind":"roster","year":2024}')


def test_a_year_that_is_no_number_is_refused() -> None:
    """The year is searched by, so text that looks like one will not do."""
    with pytest.raises(NotRecordableError, match="year"):
        encode_event(Event(kind=EventKind.ROSTER, year="2024"))  # type: ignore[arg-type]


@given(TEXTS, TEXTS, TEXTS)
def test_the_seal_can_be_recomputed_by_anyone(at: str, user: str, key: str) -> None:
    """The digest is sha256 over plain canonical JSON of six names: no knowledge of this program is needed."""
    event = Event(kind=EventKind.RECEIVED, year=2024, county="530113", facts={"名": "红土地镇"})
    body = encode_event(event)
    sealed = {"sequence": 7, "previous": GENESIS_DIGEST, "at": at, "system_user": user, "key": key}
    plain = json.dumps(sealed | {"event": json.loads(body)}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    expected = hashlib.sha256(plain.encode()).hexdigest()
    assert (
        compute_digest(sequence=7, previous=GENESIS_DIGEST, recorded_at=at, system_user=user, key=key, body=body)
        == expected
    )
