"""The sentence on an error, in the language of the surface; an exception's own text is for the log."""

from contextlib import suppress
from typing import Final

from contracts.contract_library import open_library
from contracts.errors import ContractError, SettingError
from contracts.lint.problems import InvalidContractsError
from contracts.messages import Messages
from desk.contract_problem_text import format_invalid_contracts
from desk.settings import find_language, open_configured_library

# The facts that a sentence on a ledger error names: attributes of the error, by the key of the sentence.
_FACTS_BY_KEY: Final = {
    "ledger_missing": ("place",),
    "ledger_unreadable": ("place",),
    "ledger_too_new": ("place", "layout"),
    "ledger_unavailable": ("place",),
    "ledger_key_conflict": ("key", "sequence"),
    "ledger_head_moved": (),
    "not_a_bag": ("path",),
    "object_missing": ("name",),
    "object_damaged": ("name",),
    "output_busy": ("path",),
    "signing_key": ("path",),
    "store_denied": ("place",),
    "store_no_bucket": ("place",),
    "store_silent": ("place",),
}
_KEY_BY_ERROR: Final = {
    "LedgerMissingError": "ledger_missing",
    "LedgerUnreadableError": "ledger_unreadable",
    "LedgerTooNewError": "ledger_too_new",
    "LedgerUnavailableError": "ledger_unavailable",
    "KeyConflictError": "ledger_key_conflict",
    "HeadMovedError": "ledger_head_moved",
    "NotABagError": "not_a_bag",
    "ObjectMissingError": "object_missing",
    "ObjectDamagedError": "object_damaged",
    "OutputBusyError": "output_busy",
    "SigningKeyError": "signing_key",
}


def load_error_messages() -> Messages:
    """Return the messages that are set, or those of the program if the settings or the edited contracts are wrong."""
    for open_messages in (_open_configured_messages, _open_shipped_messages):
        with suppress(ContractError):
            return open_messages()
    return open_library().get_messages()


def load_program_messages() -> Messages:
    """Return the messages that came with the program: an edited copy may be what is wrong."""
    with suppress(ContractError):
        return _open_shipped_messages()
    return open_library().get_messages()


def _open_configured_messages() -> Messages:
    return open_configured_library().get_messages()


def _open_shipped_messages() -> Messages:
    return open_library(language=find_language()).get_messages()


def format_error(key: str, /, **facts: str) -> str:
    """Return the sentence on an error."""
    messages = load_error_messages()
    # An edited copy of the contracts may be older than the sentence.
    if not messages.has_key(f"error.{key}"):
        messages = open_library().get_messages()
    return messages(f"error.{key}", **facts)


def format_contract_error(error: ContractError) -> str:
    """Return the sentence on a wrong setting, or on a wrong contract."""
    if isinstance(error, InvalidContractsError):
        return format_invalid_contracts(error, load_program_messages())
    if not isinstance(error, SettingError):
        return format_error("contracts", place=error.file, problem=format_contract_problem(error))
    return format_error(f"setting.{error.code}", place=error.file, **error.facts)


def format_contract_problem(error: ContractError) -> str:
    """Return what is wrong with a contract or a setting, without its file.

    The catalogue itself may be what is wrong, and lack the text that says so.
    """
    if isinstance(error, SettingError):
        return format_contract_error(error)
    key = f"contract_problem.{error.code}"
    for messages in (load_error_messages(), open_library().get_messages()):
        if messages.has_key(key):
            return messages(key, **error.facts)
    return error.problem


def format_ledger_error(error: Exception, log: str) -> str:
    """Return the sentence on an error of the ledger room; *log* is where the cause is written down."""
    from ledger.errors import StoreUnavailableError  # noqa: PLC0415 - only used after an error

    key = _KEY_BY_ERROR.get(type(error).__name__, "ledger")
    if isinstance(error, StoreUnavailableError):
        key = f"store_{error.fault}"
    facts = {name: str(getattr(error, name)) for name in _FACTS_BY_KEY.get(key, ())}
    return format_error(key, log=log, **facts)
