"""``hesuan contracts diff``: print what differs between two contracts folders, and which is stricter."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from contracts.comparison.compare import compare_contracts
from contracts.comparison.difference import Difference
from contracts.contract_library import ContractLibrary
from contracts.messages import Messages
from desk.console import print_json, print_line
from desk.error_sentences import load_program_messages
from desk.exit_codes import ExitCode


def show_diff(old: ContractLibrary, new: ContractLibrary, *, as_json: bool) -> ExitCode:
    """Print every difference; the exit code tells whether there is any."""
    differences, messages = compare_contracts(old, new), load_program_messages()
    if as_json:
        print_json({"differences": list(map(_encode_difference, differences))})
    else:
        for difference in differences:
            print_line(_format_difference(difference, messages))
        print_line(messages("contract_diff.counted", count=str(len(differences))))
    return ExitCode.FINDINGS if differences else ExitCode.CLEAR


def _encode_difference(difference: Difference) -> Mapping[str, Any]:
    return {name: value or None for name, value in asdict(difference).items()}


def _format_difference(difference: Difference, messages: Messages) -> str:
    stricter = ""
    if difference.stricter:
        stricter = messages(f"contract_diff.stricter.{difference.stricter}")
    none = messages("contract_diff.none")
    return messages(
        "contract_diff.line",
        change=messages(f"contract_diff.change.{difference.change}"),
        subject=messages(f"contract_diff.subject.{difference.subject}"),
        file=difference.file,
        place=difference.place,
        before=difference.before or none,
        after=difference.after or none,
        stricter=stricter,
    )
