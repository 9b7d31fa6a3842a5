"""Why a file is refused, before it is put into words: a code and a place, small enough to travel between processes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

_MAX_PART_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFault:
    """A stable *code* (its sentences stand in the messages), where, and the *facts* that fill the sentences."""

    code: str
    part: str | None = None
    sheet: str | None = None
    cell: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read plain values back."""
        return cls(**raw)


class IntakeError(Exception):
    """Raised where a file must be refused; carries the fault to the edge of the room."""

    def __init__(self, fault: IntakeFault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def intake_error(
    code: str, *, part: str | None = None, sheet: str | None = None, cell: str | None = None, **facts: str
) -> IntakeError:
    """Return the exception for a fault at a place, to be raised."""
    return IntakeError(IntakeFault(code=code, part=part, sheet=sheet, cell=cell, facts=facts))


def format_part_name(name: str) -> str:
    """Names inside the archive are the sender's: only their printable part is echoed."""
    return name[:_MAX_PART_NAME_LENGTH].encode("unicode_escape", "replace").decode("ascii")
