"""The whole contracts folder behind one door."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import MAXYEAR
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from contracts.errors import ContractError
from contracts.filing_layout import FilingLayout, load_filing_layout
from contracts.messages import Messages, load_messages
from contracts.packages import Package, load_package
from contracts.plans import Plan, load_plan
from contracts.procedures import Procedure, load_procedure
from contracts.registers import Register, load_register
from contracts.return_policy import ReturnPolicy, load_return_policy
from contracts.rollups import RollUpTable, load_rollup_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.form_model import Form
    from contracts.rule_examples import RuleExample

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

    def get_form(self, name: str) -> Form:
        """Return one form by its English name."""
        return next(one for one in self.forms if one.name == name)


@dataclass(frozen=True, slots=True)
class ContractLibrary:
    """A contracts folder. Files are read when asked for, so an edit takes effect at the next command."""

    root: Path

    def get_messages(self) -> Messages:
        """Return the sentences that people read."""
        return load_messages(self.root / "messages" / f"{LANGUAGE}.yaml")

    def get_return_policy(self) -> ReturnPolicy:
        """Return what a county gets back: the rule on explanations, the caps of our lists."""
        return load_return_policy(self.root / "returning.yaml")

    def get_filing_layout(self) -> FilingLayout:
        """Return what a filing shows and an archive holds."""
        return load_filing_layout(self.root / "filing.yaml")

    def get_procedure(self, name: str) -> Procedure:
        """Return one procedure by its id."""
        return _load_by_id(self.root / "procedures", name, load_procedure)

    def list_procedures(self) -> tuple[Procedure, ...]:
        """Return every procedure, in the order of the file names."""
        return tuple(load_procedure(path) for path in sorted((self.root / "procedures").glob("*.yaml")))

    def list_packages(self) -> tuple[Package, ...]:
        """Return every package, in the order of the file names."""
        return tuple(load_package(path) for path in sorted((self.root / "packages").glob("*.yaml")))

    def find_package(self, county: str, year: int) -> Package | None:
        """Return what a county must send for a year: its own package, else its province's; nothing where there is none.

        A province's package holds for the counties of its register, not for whatever begins with its two digits.
        """
        due = [one for one in self.list_packages() if year in one.years]
        own = next((one for one in due if one.county == county), None)
        shared = next((one for one in due if not one.county and county.startswith(one.province)), None)
        if own is not None or shared is None:
            return own
        return shared.copy_for_county(county) if county in self.get_register(shared.register).counties else None

    def get_register(self, name: str) -> Register:
        """Return one register by its id."""
        return _load_by_id(self.root / "registers", name, load_register)

    def get_plan(self, name: str) -> Plan:
        """Return one plan by its id."""
        return _load_by_id(self.root / "plans", name, load_plan)

    def compile_submission(self, package: Package, year: int) -> Submission:
        """Compile a package: its forms in order, its plan, its register."""
        plan = self.get_plan(package.plan) if package.plan else None
        submission = Submission(
            year=year,
            package=package,
            forms=self._compile_forms(package, year, plan),
            register=self.get_register(package.register),
            plan=plan,
        )
        _check_consistency(submission)
        return submission

    def compile_cover(self) -> Form:
        """Return the cover, which must be read before the county, and so the package, is known."""
        # Imported here: the model of the standard costs more to load than a status or a verify may spend.
        from contracts.odcs_reader import compile_forms  # noqa: PLC0415

        forms = compile_forms(self.root / "forms" / COVER_FILE, year=MAXYEAR, plan_years=())
        return forms[0]

    def _compile_forms(self, package: Package, year: int, plan: Plan | None) -> tuple[Form, ...]:
        # Imported here: the model of the standard costs more to load than a status or a verify may spend.
        from contracts.odcs_reader import compile_forms  # noqa: PLC0415

        years = plan.years if plan else (year,)
        found = {
            one.name: one
            for path in self.list_contract_files()
            if _can_declare_forms(path, package.forms)
            for one in compile_forms(path, year=year, plan_years=years, province=package.province)
        }
        missing = [name for name in package.forms if name not in found]
        if missing:
            raise ContractError(f"packages/{package.id}.yaml", f"no contract declares the forms {missing}")
        return tuple(found[name] for name in package.forms)

    def compile_all_forms(self) -> tuple[Form, ...]:
        """Return every form of every contract with all rules in force now, for the catalogue."""
        from contracts.odcs_reader import compile_forms  # noqa: PLC0415 - as above

        return tuple(
            one for path in self.list_contract_files() for one in compile_forms(path, year=MAXYEAR, plan_years=())
        )

    def list_examples(self, rule_id: str | None = None) -> tuple[RuleExample, ...]:
        """Return the examples of one rule, or all of them."""
        from contracts.rule_examples import load_examples  # noqa: PLC0415 - only the catalogue shows them

        files = sorted((self.root / "examples").glob("*.yaml"))
        found = (one for path in files for one in load_examples(path))
        return tuple(one for one in found if rule_id in (None, one.rule))

    def get_rollup_tables(self, name: str) -> tuple[RollUpTable, ...]:
        """Return the roll-up tables of one procedure; none where nothing is said of them."""
        path = self.root / "rollups" / f"{name}.odcs.yaml"
        return load_rollup_tables(path) if path.is_file() else ()

    def list_contract_files(self) -> tuple[Path, ...]:
        """Return the data contract files, in the order of their names."""
        return tuple(sorted((self.root / "forms").glob("*.odcs.yaml")))

    def compute_version(self) -> str:
        """Return a digest over every data file: the rule-set version printed on each result."""
        digest = hashlib.sha256()
        digest.update(self.pack_data_files())
        return digest.hexdigest()

    def pack_data_files(self) -> bytes:
        """Return every data file that judges in one piece, names and contents in turn; its sha256 is the version."""
        return b"".join(name.encode() + b"\0" + content + b"\0" for name, content in self.collect_data_files().items())

    def collect_data_files(self) -> dict[str, bytes]:
        """Return every data file that judges, by its place in the folder; line ends are the same on every system."""
        paths = (one for one in self.root.rglob("*.yaml") if one.parent.name != "examples")  # they judge nothing
        named = {one.relative_to(self.root).as_posix(): one for one in paths}
        return {name: named[name].read_bytes().replace(b"\r\n", b"\n") for name in sorted(named)}

    def compute_digests(self) -> dict[str, str]:
        """Return the sha256 of every data file that judges."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.collect_data_files().items()}


def open_library(root: Path | None = None) -> ContractLibrary:
    """Open the contracts shipped with the code, or an edited copy at *root*."""
    folder = root or Path(__file__).parent
    if not (folder / "forms").is_dir():
        raise ContractError(str(folder), "is no contracts folder: it has no forms/ in it")
    return ContractLibrary(folder)


def _check_consistency(submission: Submission) -> None:
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


def _can_declare_forms(path: Path, form_names: tuple[str, ...]) -> bool:
    """Tell at a glance whether a contract may declare one of the forms: parsing them all would take most of a check."""
    text = path.read_text(encoding="utf-8")
    return any(f"\n    name: {one}\n" in text for one in form_names)


def _load_by_id(folder: Path, name: str, load: Callable[[Path], T]) -> T:
    path = folder / f"{name}.yaml"
    found = load(path)
    if found.id != name:
        raise ContractError(path.name, f"id {found.id!r} differs from the file name")
    return found
