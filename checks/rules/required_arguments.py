"""Refuse a form whose rules name a check that does not exist, or do not tell one what it needs.

Heavy modules are not imported here, because a run validates the contracts before it loads the checks.
"""

from contracts.errors import ContractError
from contracts.form_model import Form
from contracts.lint.check_specs import load_check_specs


def refuse_unknown_checks(form: Form) -> None:
    """Raise `ContractError` if a rule names a check that does not exist, or lacks an argument that its check needs.

    What each check needs stands in ``contracts/lint/checks.yaml``.
    """
    specs = load_check_specs()
    for rule in form.rules:
        if rule.check not in specs:
            raise ContractError(
                form.name,
                f"rule {rule.id}: no check is named {rule.check!r}",
                "no_check",
                rule=rule.id,
                check=rule.check,
            )
        missing = [name for name in specs[rule.check].required_arguments if name not in rule.arguments]
        if missing:
            raise ContractError(
                form.name,
                f"rule {rule.id}: the check {rule.check} needs {missing}",
                "check_needs",
                rule=rule.id,
                check=rule.check,
                names=missing,
            )
