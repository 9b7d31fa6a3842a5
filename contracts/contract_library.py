"""Access to all data files of a contracts folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import MAXYEAR
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from contracts.errors import ContractError, SettingError
from contracts.filing_layout import FilingLayout, load_filing_layout
from contracts.messages import LANGUAGES, Messages, load_messages
from contracts.notice_vocabulary import NoticeVocabulary, load_notice_vocabulary
from contracts.packages import Package, load_package
from contracts.plans import Plan, load_plan
from contracts.procedures import Procedure, load_procedure
from contracts.registers import Register, load_register
from contracts.return_policy import ReturnPolicy, load_return_policy
from contracts.rollups import RollUpTable, load_rollup_tables
from contracts.yaml_files import parse_once, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from contracts.form_model import Form
    from contracts.rule_examples import RuleExample

COVER_FILE = "cover.odcs.yaml"
_FOLDERS_NOT_USED_BY_CHECKS: Final = ("examples", "lint", "standard")
T = TypeVar("T", Package, Plan, Procedure, Register)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Everything that the submission of one county and year is checked against."""

    year: int
    package: Package
    forms: tuple[Form, ...]
    register: Register
    plan: Plan | None

    @property
    def cover_form(self) -> Form:
        """The form of the cover."""
        return next(form for form in self.forms if form.is_cover)

    @property
    def table_forms(self) -> tuple[Form, ...]:
        """The forms that are tables."""
        return tuple(form for form in self.forms if form.is_table)

    def get_form(self, name: str) -> Form:
        """Return one form by its English name."""
        return next(form for form in self.forms if form.name == name)


@dataclass(frozen=True, slots=True)
class ContractLibrary:
    """A contracts folder. Files are read on each request, so an edit takes effect at the next command.

    *language* is that of the messages and of the names in a procedure; the contracts themselves have one text.
    """

    root: Path
    language: str = LANGUAGES[0]

    def get_messages(self) -> Messages:
        """Return the catalogue of sentences for people, in the language of the library."""
        return load_messages(self.root / "messages", self.language)

    def get_return_policy(self) -> ReturnPolicy:
        """Return the policy for returned submissions: the rule on explanations and the caps of lists."""
        return load_return_policy(self.root / "returning.yaml")

    def get_filing_layout(self) -> FilingLayout:
        """Return what a filing shows and an archive holds."""
        return load_filing_layout(self.root / "filing.yaml")

    def get_procedure(self, name: str) -> Procedure:
        """Return one procedure by its id."""
        return _load_by_id(self.root / "procedures", name, load_procedure).in_language(self.language)

    def list_procedures(self) -> tuple[Procedure, ...]:
        """Return every procedure, in the order of the file names."""
        paths = sorted((self.root / "procedures").glob("*.yaml"))
        return tuple(load_procedure(path).in_language(self.language) for path in paths)

    def list_packages(self) -> tuple[Package, ...]:
        """Return every package, in the order of the file names."""
        paths = sorted((self.root / "packages").glob("*.yaml"))
        return tuple(map(load_package, paths))

    def find_package(self, county: str, year: int) -> Package | None:
        """Return the package that a county must send for a year, or None if there is none.

        A county's own package comes before its province's. A province's package covers only the counties of its
        register, not every code that begins with its two digits.
        """
        shared = None
        for package in self.list_packages():
            if year not in package.years:
                continue
            if package.county == county:
                return package
            if shared is None and not package.county and county.startswith(package.province):
                shared = package
        if shared is None or county not in self.get_register(shared.register).counties:
            return None
        return shared.copy_for_county(county)

    def get_register(self, name: str) -> Register:
        """Return one register by its id."""
        return _load_by_id(self.root / "registers", name, load_register)

    def list_registers(self) -> tuple[Register, ...]:
        """Return every register, in the order of the file names."""
        paths = sorted((self.root / "registers").glob("*.yaml"))
        return tuple(map(load_register, paths))

    def get_notice_vocabulary(self) -> NoticeVocabulary:
        """Return the words by which the parts of a plan's notice are known."""
        return load_notice_vocabulary(self.root / "notices.yaml")

    def get_plan(self, name: str) -> Plan:
        """Return one plan by its id."""
        return _load_by_id(self.root / "plans", name, load_plan)

    def find_plan(self, county: str, year: int) -> Plan | None:
        """Return the plan that issues a county's targets of a year, or None if none is on file."""
        package = self.find_package(county, year)
        if package is None or not package.plan:
            return None
        return self.get_plan(package.plan)

    def compile_submission(self, package: Package, year: int) -> Submission:
        """Compile a package: its forms in order, its plan, its register.

        Raises `ContractError` if a form is not declared or if the files contradict each other.
        """
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
        """Return the cover; it is read before the county, and so the package, is known."""
        # Imported here because loading the model of the standard takes longer than a status or verify command should.
        from contracts.odcs_reader import compile_forms  # noqa: PLC0415

        forms = compile_forms(self.root / "forms" / COVER_FILE, year=MAXYEAR, plan_years=())
        return forms[0]

    def _compile_forms(self, package: Package, year: int, plan: Plan | None) -> tuple[Form, ...]:
        # Imported here because loading the model of the standard takes longer than a status or verify command should.
        from contracts.odcs_reader import compile_forms  # noqa: PLC0415

        plan_years = plan.years if plan else (year,)
        forms_by_name: dict[str, Form] = {}
        for path in self.list_contract_files():
            if _declares_forms(path, package.forms):
                for form in compile_forms(path, year=year, plan_years=plan_years, province=package.province):
                    forms_by_name[form.name] = form
        missing = [name for name in package.forms if name not in forms_by_name]
        if missing:
            raise ContractError(
                f"packages/{package.id}.yaml", f"no contract declares the forms {missing}", "no_forms", names=missing
            )
        return tuple(map(forms_by_name.__getitem__, package.forms))

    def compile_all_forms(self) -> tuple[Form, ...]:
        """Return every form of every contract with its rules of all years, for the catalogue."""
        from contracts.odcs_reader import compile_forms  # noqa: PLC0415 - as above

        forms: list[Form] = []
        for path in self.list_contract_files():
            forms += compile_forms(path, year=MAXYEAR, plan_years=())
        return tuple(forms)

    def list_examples(self, rule_id: str | None = None) -> tuple[RuleExample, ...]:
        """Return the examples of one rule, or those of all rules."""
        from contracts.rule_examples import load_examples  # noqa: PLC0415 - only the catalogue shows them

        examples: list[RuleExample] = []
        for path in sorted((self.root / "examples").glob("*.yaml")):
            examples += load_examples(path)
        return tuple(example for example in examples if rule_id in (None, example.rule))

    def get_rollup_tables(self, name: str) -> tuple[RollUpTable, ...]:
        """Return the roll-up tables of one procedure; an empty tuple if it has no roll-up contract."""
        path = self.root / "rollups" / f"{name}.odcs.yaml"
        if not path.is_file():
            return ()
        return load_rollup_tables(path)

    def list_contract_files(self) -> tuple[Path, ...]:
        """Return the data contract files, in the order of their names."""
        return tuple(sorted((self.root / "forms").glob("*.odcs.yaml")))

    def compute_version(self) -> str:
        """Return the sha256 over every data file: the rule-set version printed on each result."""
        return hashlib.sha256(self.pack_data_files()).hexdigest()

    def pack_data_files(self) -> bytes:
        """Return names and contents of all data files that a check can use, joined; the version is its sha256."""
        parts: list[bytes] = []
        for name, content in self.collect_data_files().items():
            parts += (name.encode(), b"\0", content, b"\0")
        return b"".join(parts)

    def collect_data_files(self) -> dict[str, bytes]:
        """Return the contents of every data file that a check can use, by path inside the folder.

        Line ends are normalised, so that the version is the same on every system.
        """
        contents_by_name: dict[str, bytes] = {}
        for path in self.root.rglob("*.yaml"):
            if path.parent.name not in _FOLDERS_NOT_USED_BY_CHECKS:
                name = path.relative_to(self.root).as_posix()
                contents_by_name[name] = path.read_bytes().replace(b"\r\n", b"\n")
        return dict(sorted(contents_by_name.items()))

    def compute_digests(self) -> dict[str, str]:
        """Return the sha256 of every data file that a check can use, by path inside the folder."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.collect_data_files().items()}


def open_library(root: Path | None = None, language: str = LANGUAGES[0]) -> ContractLibrary:
    """Open the contracts shipped with the code, or an edited copy at *root*, to be shown in *language*.

    Raises `ContractError` if the folder holds no ``forms`` folder.
    """
    folder = root or Path(__file__).parent
    if not (folder / "forms").is_dir():
        raise SettingError(str(folder), "is no contracts folder: it has no forms/ in it", "contracts_folder")
    return ContractLibrary(folder, language)


def _check_consistency(submission: Submission) -> None:
    """Raise `ContractError` if package, register, plan and rules contradict each other.

    A county would otherwise get findings for a mistake in the contracts.
    """
    package = submission.package
    if package.county and package.county not in submission.register.counties:
        problem = f"register {package.register} has no {package.county}"
        raise ContractError(
            f"packages/{package.id}.yaml", problem, "no_county", register=package.register, county=package.county
        )
    if submission.plan is None:
        return
    missing = _collect_rule_measures(submission.forms) - submission.plan.measures.keys()
    if missing:
        problem = f"rules ask for measures that it has not: {missing}"
        raise ContractError(f"plans/{package.plan}.yaml", problem, "no_measures", names=missing)


def _collect_rule_measures(forms: Iterable[Form]) -> set[str]:
    measures: set[str] = set()
    for form in forms:
        for rule in form.rules:
            if "measure" in rule.arguments:
                measures.add(rule.arguments["measure"])
    return measures


def _declares_forms(path: Path, form_names: tuple[str, ...]) -> bool:
    """Tell whether a contract declares one of the forms: building the models of all would take longer than a check."""
    declared = list_form_names(parse_once(read_text(path), path.name))
    return not declared.isdisjoint(form_names)


def list_form_names(content: Mapping[str, Any]) -> set[str]:
    """Return the names of the forms that the content of a contract file declares."""
    schemas = content.get("schema")
    if not isinstance(schemas, list):
        return set()
    return {str(schema["name"]) for schema in schemas if isinstance(schema, dict) and "name" in schema}


def _load_by_id(folder: Path, name: str, load: Callable[[Path], T]) -> T:
    path = folder / f"{name}.yaml"
    contract = load(path)
    if contract.id != name:
        raise ContractError(path.name, f"id {contract.id!r} differs from the file name", "id_differs", id=contract.id)
    return contract
