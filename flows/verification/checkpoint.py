"""The result of verifying one thing."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One thing that was verified: the key of its sentence, the facts, and whether it is intact.

    A remark, such as on a clock that went back, is intact.
    """

    key: str
    intact: bool
    facts: dict[str, str] = field(default_factory=dict)
