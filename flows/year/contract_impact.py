"""Which recorded checks a change of the contracts can affect."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.change_impact import can_affect_county, find_changed_files, unpack_data_files
from flows.year.year_state import YearState
from review.county_state import SubmissionVersion


@dataclass(slots=True)
class ContractImpact:
    """Decides whether today's contracts can change a recorded check; each earlier contracts version is read once."""

    state: YearState
    _changed_by_version: dict[str, Mapping[str, bytes] | None] = field(default_factory=dict)

    def is_affected(self, county: str, version: SubmissionVersion) -> bool:
        """Return whether a check may give another result now; True also if its contracts were not kept."""
        if version.contracts_sha256 == self.state.contracts_version:
            return False
        changed_files = self._find_changed_files(version.contracts_sha256)
        if changed_files is None:
            return True
        return can_affect_county(changed_files, self.state.library, county, self.state.paths.year)

    def _find_changed_files(self, contracts_version: str) -> Mapping[str, bytes] | None:
        if contracts_version not in self._changed_by_version:
            self._changed_by_version[contracts_version] = self._compare_with_current(contracts_version)
        return self._changed_by_version[contracts_version]

    def _compare_with_current(self, contracts_version: str) -> Mapping[str, bytes] | None:
        store = self.state.paths.open_store()
        if not store.has_object(contracts_version):
            return None
        kept_files = unpack_data_files(store.load_object(contracts_version))
        return find_changed_files(kept_files, self.state.library.collect_data_files())
