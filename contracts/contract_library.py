"""The whole contracts folder behind one door."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import MAXYEAR
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from contracts.errors import ContractError
from contracts.filing_layout import Exhibits, read_exhibits
from contracts.messages import Wording, read_wording
from contracts.packages import Package, read_package
from contracts.plans import Plan, read_plan
from contracts.procedures import Procedure, read_procedure
from contracts.registers import Register, read_register
from contracts.return_policy import Returning, read_returning
from contracts.rollups import RollUpTable, read_rollups

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.form_model import Form
    from contracts.rule_examples import Example

LANGUAGE = "zh"
COVER_FILE = "cover.odcs.yaml"
T = TypeVar("T", Package, Plan, Procedure, Register)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Everything that a valid submission of one county and year rests on."""

    year: int
    package: Package
    forms: tuple[Form, ...]
    register: Register
    plan: Plan | None

    def form(self, name: str) -> Form:
        """Return one form by its English name."""
        return next(one for one in self.forms if one.name == name)


@dataclass(frozen=True, slots=True)
class Library:
    """A contracts folder. Files are read when asked for, so an edit takes effect at the next command."""

    root: Path

    def wording(self) -> Wording:
        """Return the sentences that people read."""
        return read_wording(self.root / "messages" / f"{LANGUAGE}.yaml")

    def returning(self) -> Returning:
        """Return what a county gets back: the rule on explanations, the caps of our lists."""
        return read_returning(self.root / "returning.yaml")

    def exhibits(self) -> Exhibits:
        """Return what a filing shows and an archive holds."""
        return read_exhibits(self.root / "filing.yaml")

    def procedure(self, name: str) -> Procedure:
        """Return one procedure by its id."""
        return _by_id(self.root / "procedures", name, read_procedure)

    def procedures(self) -> tuple[Procedure, ...]:
        """Return every procedure, in the order of the file names."""
        return tuple(read_procedure(path) for path in sorted((self.root / "procedures").glob("*.yaml")))

    def packages(self) -> tuple[Package, ...]:
        """Return every package, in the order of the file names."""
        return tuple(read_package(path) for path in sorted((self.root / "packages").glob("*.yaml")))

    def package(self, county: str, year: int) -> Package | None:
        """Return what a county must send for a year: its own package, else its province's; nothing where there is none.

        A province's package holds for the counties of its register, not for whatever begins with its two digits.
        """
        due = [one for one in self.packages() if year in one.years]
        own = next((one for one in due if one.county == county), None)
        shared = next((one for one in due if not one.county and county.startswith(one.province)), None)
        if own is not None or shared is None:
            return own
        return shared.for_county(county) if county in self.register(shared.register).counties else None

    def register(self, name: str) -> Register:
        """Return one register by its id."""
        return _by_id(self.root / "registers", name, read_register)

    def plan(self, name: str) -> Plan:
        """Return one plan by its id."""
        return _by_id(self.root / "plans", name, read_plan)

    def submission(self, package: Package, year: int) -> Submission:
        """Compile a package: its forms in order, its plan, its register."""
        plan = self.plan(package.plan) if package.plan else None
        submission = Submission(
            year=year,
            package=package,
            forms=self._forms(package, year, plan),
            register=self.register(package.register),
            plan=plan,
        )
        _hold_together(submission)
        return submission

    def cover(self) -> Form:
        """Return the cover, which must be read before the county, and so the package, is known."""
        # Imported here: the model of the standard costs more to load than a status or a verify may spend.
        from contracts.odcs_reader import forms_of  # noqa: PLC0415

        forms = forms_of(self.root / "forms" / COVER_FILE, year=MAXYEAR, plan_years=())
        return forms[0]

    def _forms(self, package: Package, year: int, plan: Plan | None) -> tuple[Form, ...]:
        # Imported here: the model of the standard costs more to load than a status or a verify may spend.
        from contracts.odcs_reader import forms_of  # noqa: PLC0415

        years = plan.years if plan else (year,)
        found = {
            one.name: one
            for path in self.contract_files()
            if _declares(path, package.forms)
            for one in forms_of(path, year=year, plan_years=years, province=package.province)
        }
        missing = [name for name in package.forms if name not in found]
        if missing:
            raise ContractError(f"packages/{package.id}.yaml", f"no contract declares the forms {missing}")
        return tuple(found[name] for name in package.forms)

    def all_forms(self) -> tuple[Form, ...]:
        """Return every form of every contract with all rules in force now, for the catalogue."""
        from contracts.odcs_reader import forms_of  # noqa: PLC0415 - as above

        return tuple(one for path in self.contract_files() for one in forms_of(path, year=MAXYEAR, plan_years=()))

    def examples(self, rule: str | None = None) -> tuple[Example, ...]:
        """Return the examples of one rule, or all of them."""
        from contracts.rule_examples import read_examples  # noqa: PLC0415 - only the catalogue shows them

        files = sorted((self.root / "examples").glob("*.yaml"))
        found = (one for path in files for one in read_examples(path))
        return tuple(one for one in found if rule in (None, one.rule))

    def rollups(self, name: str) -> tuple[RollUpTable, ...]:
        """Return the roll-up tables of one procedure; none where nothing is said of them."""
        path = self.root / "rollups" / f"{name}.odcs.yaml"
        return read_rollups(path) if path.is_file() else ()

    def contract_files(self) -> tuple[Path, ...]:
        """Return the data contract files, in the order of their names."""
        return tuple(sorted((self.root / "forms").glob("*.odcs.yaml")))

    def version(self) -> str:
        """Return a digest over every data file: the rule-set version printed on each result."""
        digest = hashlib.sha256()
        digest.update(self.packed())
        return digest.hexdigest()

    def packed(self) -> bytes:
        """Return every data file that judges in one piece, names and contents in turn; its sha256 is the version."""
        return b"".join(name.encode() + b"\0" + content + b"\0" for name, content in self.data_files().items())

    def data_files(self) -> dict[str, bytes]:
        """Return every data file that judges, by its place in the folder; line ends are the same on every system."""
        paths = (one for one in self.root.rglob("*.yaml") if one.parent.name != "examples")  # they judge nothing
        named = {one.relative_to(self.root).as_posix(): one for one in paths}
        return {name: named[name].read_bytes().replace(b"\r\n", b"\n") for name in sorted(named)}

    def digests(self) -> dict[str, str]:
        """Return the sha256 of every data file that judges."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.data_files().items()}


def open_library(root: Path | None = None) -> Library:
    """Open the contracts shipped with the code, or an edited copy at *root*."""
    folder = root or Path(__file__).parent
    if not (folder / "forms").is_dir():
        raise ContractError(str(folder), "is no contracts folder: it has no forms/ in it")
    return Library(folder)


def _hold_together(submission: Submission) -> None:
    """What files say of each other must be true, or a county would be blamed for it."""
    package = submission.package
    if package.county and package.county not in submission.register.counties:
        raise ContractError(f"packages/{package.id}.yaml", f"register {package.register} has no {package.county}")
    measures = submission.plan.measures if submission.plan else None
    named = {
        rule.arguments["measure"] for form in submission.forms for rule in form.rules if "measure" in rule.arguments
    }
    if measures is not None and named - measures.keys():
        raise ContractError(
            f"plans/{package.plan}.yaml", f"rules ask for measures that it has not: {named - measures.keys()}"
        )


def _declares(path: Path, forms: tuple[str, ...]) -> bool:
    """Tell at a glance whether a contract may declare one of the forms: parsing them all would take most of a check."""
    text = path.read_text(encoding="utf-8")
    return any(f"\n    name: {one}\n" in text for one in forms)


def _by_id(folder: Path, name: str, read: Callable[[Path], T]) -> T:
    path = folder / f"{name}.yaml"
    found = read(path)
    if found.id != name:
        raise ContractError(path.name, f"id {found.id!r} differs from the file name")
    return found
