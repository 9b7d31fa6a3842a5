"""The fault for which a file is refused: a code, a location and facts, serialisable between processes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from contracts.errors import PortableError

_MAX_PART_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFault:
    """A stable *code* (a key of the messages), the location, and the *facts* that fill in the message."""

    code: str
    part: str | None = None
    sheet: str | None = None
    cell: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the fault as values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Return the fault that `as_json` wrote."""
        return cls(**raw)


class IntakeError(PortableError):
    """Raised when a file must be refused; carries the fault."""

    def __init__(self, fault: IntakeFault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def intake_error(
    code: str, *, part: str | None = None, sheet: str | None = None, cell: str | None = None, **facts: str
) -> IntakeError:
    """Return the exception for a fault at a location; the caller raises it."""
    return IntakeError(IntakeFault(code=code, part=part, sheet=sheet, cell=cell, facts=facts))


def format_part_name(name: str) -> str:
    """Return a part name as printable ASCII of limited length: the sender chooses these names."""
    return name[:_MAX_PART_NAME_LENGTH].encode("unicode_escape", "replace").decode("ascii")
