"""The program's name and version, as every manifest gives them, and the digest of its source."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

PROGRAM_NAME = "hesuan"
# The same as in pyproject.toml, which a test checks.
PROGRAM_VERSION = "0.1.0"
ROOMS: Final = ("contracts", "checks", "review", "filing", "workbooks", "ledger", "notices", "flows", "desk")


@cache
def compute_program_digest() -> str:
    """Return the sha256 over the source of all rooms: two programs with one digest give the same results.

    Line ends are normalised, so that the digest is the same on every system.
    """
    folder = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for room in ROOMS:
        for path in sorted((folder / room).rglob("*.py")):
            source = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + source + b"\0")
    return digest.hexdigest()
