"""Canonical JSON for events, so that equal events have equal hashes on every machine."""

import hashlib
import json
from dataclasses import fields

import orjson

from ledger.errors import NotRecordableError
from review.events import Event, EventKind

GENESIS_DIGEST = "0" * 64
"""The *previous* of the first entry, and the head of an empty ledger."""

EVENT_FIELDS = tuple(field.name for field in fields(Event))

MAX_INTEGER = 2**63 - 1
"""The largest integer that may be recorded (and its negative the smallest): 64 bits signed."""

_KIND_BY_VALUE = {kind.value: kind for kind in EventKind}

_CANONICAL_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def encode_canonical_json(value: object) -> str:
    """Encode a JSON value in its canonical form: sorted names, no spaces, no escapes that UTF-8 does not need.

    Raises `NotRecordableError` on floats, on integers beyond `MAX_INTEGER`, on names that are not text and on text
    that UTF-8 cannot encode.
    """
    try:
        _refuse_unrecordable(value, "value")
        text = _CANONICAL_ENCODER.encode(value)
        text.encode()
    except (ValueError, RecursionError) as error:
        raise NotRecordableError(f"no canonical form: {error}; expected plain JSON values") from error
    return text


def _refuse_unrecordable(value: object, json_path: str) -> None:
    if isinstance(value, dict):
        for name, member in value.items():
            if not isinstance(name, str):
                raise NotRecordableError(f"{json_path}: expected names that are text, got {name!r}")
            _refuse_unrecordable(member, f"{json_path}.{name}")
    elif isinstance(value, list):
        for index, element in enumerate(value):
            _refuse_unrecordable(element, f"{json_path}[{index}]")
    elif isinstance(value, int) and not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise NotRecordableError(f"{json_path}: expected a whole number of at most 64 bits; write amounts as text")
    elif not (value is None or isinstance(value, (str, int))):
        raise NotRecordableError(
            f"{json_path}: expected text, whole number, true, false, null, list or dict, got {value!r}; "
            "write amounts as text"
        )


def encode_event(event: Event) -> str:
    """Encode an event with all its fields in canonical JSON. Raises `NotRecordableError`."""
    if type(event.year) is not int:
        raise NotRecordableError(f"year: expected a whole number, got {event.year!r}")
    values: dict[str, object] = {name: getattr(event, name) for name in EVENT_FIELDS}
    values["facts"] = dict(event.facts)
    return encode_canonical_json(values)


def decode_event(text: str) -> Event:
    """Decode an event from its canonical JSON. Raises ValueError on anything else."""
    try:
        values = orjson.loads(text)
        values["kind"] = _KIND_BY_VALUE[values["kind"]]
        event = Event(**values)
    except (TypeError, KeyError) as error:
        raise ValueError(f"expected the fields of an event, got {error!r}") from error
    if not isinstance(event.facts, dict):
        raise ValueError(f"expected facts by name, got {type(event.facts).__name__}")  # noqa: TRY004 - bad text
    return event


def compute_digest(*, sequence: int, previous: str, recorded_at: str, system_user: str, key: str, body: str) -> str:
    """Return the digest that seals an entry: sha256, in hex, of the canonical JSON of the six; *body* is "event".

    The text is assembled here and *body* is not parsed and encoded again, so that exactly the stored characters are
    sealed. Raises UnicodeEncodeError if UTF-8 cannot encode one of the six.
    """
    text = (
        f'{{"at":{_CANONICAL_ENCODER.encode(recorded_at)},"event":{body},"key":{_CANONICAL_ENCODER.encode(key)}'
        f',"previous":{_CANONICAL_ENCODER.encode(previous)},"sequence":{sequence}'
        f',"system_user":{_CANONICAL_ENCODER.encode(system_user)}}}'
    )
    return hashlib.sha256(text.encode()).hexdigest()
