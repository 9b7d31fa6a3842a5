"""The workbook as it would be with usable keys: what is evaluated in place of the one received."""

from dataclasses import dataclass, replace

from checks.diagnosis.evaluation import Evaluation
from checks.model.raw_workbook import RawWorkbook
from checks.model.violation import Violation


@dataclass(frozen=True, slots=True)
class RestoredKeys:
    """The workbook with usable keys, its evaluation, and one violation for each key that was not usable."""

    book: RawWorkbook
    evaluation: Evaluation
    root_causes: tuple[Violation, ...] = ()

    def add_root_causes(self, root_causes: tuple[Violation, ...]) -> "RestoredKeys":
        """Return the same with the root causes of an earlier step in front."""
        return replace(self, root_causes=(*root_causes, *self.root_causes))
