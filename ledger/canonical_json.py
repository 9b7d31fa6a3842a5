"""One spelling for each event, so that equal events have equal hashes on every machine."""

import hashlib
import json
from dataclasses import fields

import orjson

from ledger.errors import NotRecordableError
from review.events import Event, EventKind

GENESIS_DIGEST = "0" * 64
"""What the first entry holds as its *previous*, and the head of an empty ledger."""

EVENT_FIELDS = tuple(field.name for field in fields(Event))

MAX_INTEGER = 2**63 - 1
"""The largest whole number that is recorded, and its negative the smallest: every reader of JSON can tell it."""

_KIND_BY_VALUE = {kind.value: kind for kind in EventKind}

_CANONICAL_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def encode_canonical_json(value: object) -> str:
    """Spell a JSON value in its only form: sorted names, no spaces, no escapes that UTF-8 can do without.

    Raises `NotRecordable` on floats, on whole numbers beyond `LARGEST`, on names that are not text and on text that
    UTF-8 cannot carry.
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
        for name, part in value.items():
            if not isinstance(name, str):
                raise NotRecordableError(f"{json_path}: expected names that are text, got {name!r}")
            _refuse_unrecordable(part, f"{json_path}.{name}")
    elif isinstance(value, list):
        for position, part in enumerate(value):
            _refuse_unrecordable(part, f"{json_path}[{position}]")
    elif isinstance(value, int) and not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise NotRecordableError(f"{json_path}: expected a whole number of at most 64 bits; write amounts as text")
    elif not (value is None or isinstance(value, (str, int))):
        raise NotRecordableError(
            f"{json_path}: expected text, whole number, true, false, null, list or dict, got {value!r}; "
            "write amounts as text"
        )


def encode_event(event: Event) -> str:
    """Spell an event in canonical JSON, every field named. Raises `NotRecordable`."""
    if type(event.year) is not int:
        raise NotRecordableError(f"year: expected a whole number, got {event.year!r}")
    spelled: dict[str, object] = {name: getattr(event, name) for name in EVENT_FIELDS}
    spelled["facts"] = dict(event.facts)
    return encode_canonical_json(spelled)


def decode_event(text: str) -> Event:
    """Read an event back from its canonical JSON. Raises ValueError on anything else."""
    try:
        spelled = orjson.loads(text)
        spelled["kind"] = _KIND_BY_VALUE[spelled["kind"]]
        event = Event(**spelled)
    except (TypeError, KeyError) as error:
        raise ValueError(f"expected the fields of an event, got {error!r}") from error
    if not isinstance(event.facts, dict):
        raise ValueError(f"expected facts by name, got {type(event.facts).__name__}")  # noqa: TRY004 - bad text
    return event


def compute_digest(*, sequence: int, previous: str, recorded_at: str, system_user: str, key: str, body: str) -> str:
    """Seal an entry: sha256, in hex, of the canonical JSON of the six, *body* standing under "event".

    The text is put together here instead of parsed and spelled anew, so that the very characters that are
    kept are the ones sealed. Raises UnicodeEncodeError if one of the six cannot be carried by UTF-8.
    """
    sealed = (
        f'{{"at":{_CANONICAL_ENCODER.encode(recorded_at)},"event":{body},"key":{_CANONICAL_ENCODER.encode(key)}'
        f',"previous":{_CANONICAL_ENCODER.encode(previous)},"sequence":{sequence}'
        f',"system_user":{_CANONICAL_ENCODER.encode(system_user)}}}'
    )
    return hashlib.sha256(sealed.encode()).hexdigest()
