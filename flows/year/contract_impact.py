"""Whom a change of the contracts touches, of those whose check is on record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.change_impact import changed_files, touched, unpacked
from flows.year.year_state import Scene
from review.county_state import Version


@dataclass(slots=True)
class Touch:
    """Tells whether the contracts of today touch a check under earlier ones; these are read once a version of them."""

    scene: Scene
    _changed: dict[str, Mapping[str, bytes] | None] = field(default_factory=dict)

    def on(self, county: str, version: Version) -> bool:
        """Tell whether a version's check may come out otherwise now; also where its contracts were not kept."""
        if version.contracts == self.scene.contracts:
            return False
        changed = self._since(version.contracts)
        return changed is None or touched(changed, self.scene.library, county, self.scene.places.year)

    def _since(self, contracts: str) -> Mapping[str, bytes] | None:
        if contracts not in self._changed:
            store = self.scene.places.store()
            kept = unpacked(store.read(contracts)) if store.has(contracts) else None
            now = self.scene.library.data_files()
            self._changed[contracts] = None if kept is None else changed_files(kept, now)
        return self._changed[contracts]
