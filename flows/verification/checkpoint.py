"""One thing that was looked at, and whether it is as it was recorded or signed."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One thing looked at: the key of its sentence, the facts, and whether it is intact."""

    key: str
    intact: bool  # a remark, such as on a clock that went back, leaves everything intact
    facts: dict[str, str] = field(default_factory=dict)
