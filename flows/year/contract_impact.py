"""Whom a change of the contracts touches, of those whose check is on record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.change_impact import can_affect_county, find_changed_files, unpack_data_files
from flows.year.year_state import YearState
from review.county_state import SubmissionVersion


@dataclass(slots=True)
class ContractImpact:
    """Tells whether the contracts of today touch a check under earlier ones; these are read once a version of them."""

    state: YearState
    _changed_by_version: dict[str, Mapping[str, bytes] | None] = field(default_factory=dict)

    def is_affected(self, county: str, version: SubmissionVersion) -> bool:
        """Tell whether a version's check may come out otherwise now; also where its contracts were not kept."""
        if version.contracts_sha256 == self.state.contracts_version:
            return False
        changed = self._find_changed_files(version.contracts_sha256)
        return changed is None or can_affect_county(changed, self.state.library, county, self.state.paths.year)

    def _find_changed_files(self, contracts_version: str) -> Mapping[str, bytes] | None:
        if contracts_version not in self._changed_by_version:
            store = self.state.paths.open_store()
            kept = (
                unpack_data_files(store.load_object(contracts_version)) if store.has_object(contracts_version) else None
            )
            now = self.state.library.collect_data_files()
            self._changed_by_version[contracts_version] = None if kept is None else find_changed_files(kept, now)
        return self._changed_by_version[contracts_version]
