"""Change a valid submission at random and try the intake with it: ``python -m tests.hostile.fuzz 100000``."""

import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random

from checks.model.finding import Refusal
from checks.model.raw_workbook import RawWorkbook
from contracts.contract_library import open_library
from tests.hostile.generator.package import Parts, good
from workbooks.reader.read_workbook import read_workbook

_NODE = re.compile(rb"<[^<>]+>")


def outcomes(count: int, seed: int) -> Counter[str]:
    """Return how many changed files were refused with each code, read as they were, or read with another content.

    A file whose bytes were changed behind the backs of its checksums may never be read with another content.
    """
    words, random = open_library().get_messages(), Random(seed)  # noqa: S311 - a fuzz must be repeatable
    parts = good()
    data = parts.zipped()
    whole = read_workbook(data, words)
    assert isinstance(whole, RawWorkbook)
    known = _cells(whole)
    found: Counter[str] = Counter()
    for _ in range(count):
        kind = random.choice(tuple(_KINDS))
        result = read_workbook(_KINDS[kind](random, data, parts), words)
        if isinstance(result, Refusal):
            found[f"refused {result.code}"] += 1
            continue
        same = _cells(result) == known
        assert same or kind not in _BYTES, f"seed {seed}: a change of bytes was read as another content"
        found["same" if same else "other content"] += 1
    return found


def _cells(book: RawWorkbook) -> list[tuple[str, list[tuple[str | None, ...]]]]:
    return [(sheet.name, sheet.text.rows()) for sheet in book.sheets]


def _flip(random: Random, data: bytes, _: Parts) -> bytes:
    changed = bytearray(data)
    for _time in range(random.randint(1, 4)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _cut(random: Random, data: bytes, _: Parts) -> bytes:
    start = random.randrange(len(data))
    return data[:start] + data[start + random.randint(1, 2000) :]


def _swap(random: Random, data: bytes, _: Parts) -> bytes:
    first, second = sorted(random.sample(range(len(data)), 2))
    size = random.randint(1, 200)
    return data[:first] + data[second : second + size] + data[first + size :]


def _node(random: Random, _: bytes, parts: Parts) -> bytes:
    """Drop, double, move or damage a tag in one of the parts, and zip it all again with sound checksums."""
    name = random.choice(tuple(parts.parts))
    content = parts.parts[name]
    tags = list(_NODE.finditer(content))
    item, other = random.choice(tags), random.choice(tags)
    piece = random.choice((b"", item[0] * 2, other[0], item[0][:-1], item[0].replace(b'"', b"'"), item[0] + b"\x00"))
    return Parts({**parts.parts, name: content[: item.start()] + piece + content[item.end() :]}).zipped()


def _character(random: Random, _: bytes, parts: Parts) -> bytes:
    name = random.choice(tuple(parts.parts))
    changed = bytearray(parts.parts[name])
    changed[random.randrange(len(changed))] = random.randrange(256)
    return Parts({**parts.parts, name: bytes(changed)}).zipped()


_BYTES = ("flip", "cut", "swap")
_KINDS: Mapping[str, Callable[[Random, bytes, Parts], bytes]] = {
    "flip": _flip,
    "cut": _cut,
    "swap": _swap,
    "node": _node,
    "character": _character,
}

if __name__ == "__main__":
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for outcome, number in sorted(outcomes(total, int(sys.argv[2]) if len(sys.argv) > 2 else 1).items()):
        sys.stdout.write(f"{number:8} {outcome}\n")
