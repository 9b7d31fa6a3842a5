"""The help of every command is in the catalogue of each language, and nothing of typer's own English around it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from contracts.contract_library import open_library
from contracts.messages import LANGUAGE_VARIABLE, LANGUAGES
from desk.app import app
from desk.exit_codes import ExitCode

HAN = re.compile(r"[\u4e00-\u9fff]")
# Names that are the same in every language: of programs, formats, settings, levels and commands.
NAMES = re.compile(
    r"HESUAN_STATE|Great Expectations|Prefect|BagIt|YAML|pandera|yaml|json|text|sarif|junit|python|roster"
    r"|county|city|province|new_farmland|inputs|outputs|archive|state|xlsx|html|docx|txt|pdf|hesuan|HESUAN|form|rule|package|plan"
)


def list_commands() -> Iterator[tuple[str, ...]]:
    """Yield the words by which each command is called, the program alone first."""
    root: Any = typer.main.get_command(app)
    yield ()
    for name, command in root.commands.items():
        yield (name,)
        for inner in getattr(command, "commands", {}):
            yield (name, inner)


COMMANDS = list(list_commands())


def print_help(command: tuple[str, ...], language: str) -> str:
    """Return the help of a command."""
    done = CliRunner().invoke(app, [*command, "--help"], env={LANGUAGE_VARIABLE: language})
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_chinese_help_has_no_english_sentence(command: tuple[str, ...]) -> None:
    """What is left of Latin words are commands, options, and names that no language changes."""
    shown = print_help(command, "zh")
    text = re.sub(r"^用法：.*$|--[a-z-]+|^  [A-Za-z0-9…]+ ", "", shown, flags=re.MULTILINE)
    assert re.findall(r"[A-Za-z]{3,}", NAMES.sub("", text)) == []
    assert HAN.search(text)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_english_help_has_no_chinese(command: tuple[str, ...]) -> None:
    """The only Chinese is the program's own name."""
    shown = print_help(command, "en").replace("核算", "")
    assert HAN.search(shown) is None
    assert "Usage: " in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_lists_every_command_and_option(language: str) -> None:
    """Each command stands in the list, and each of its options in its own help with a text."""
    root: Any = typer.main.get_command(app)
    listed = print_help((), language)
    for name, command in root.commands.items():
        assert re.search(rf"^  {name} +\S", listed, flags=re.MULTILINE), name
        shown = print_help((name,), language)
        for parameter in command.params:
            written = parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.name.upper()
            assert written in shown, (name, written)


def test_text_of_one_command_comes_before_that_of_all() -> None:
    """A county means something else where a roll-up is sealed."""
    assert "汇总封存" in print_help(("decide",), "zh")
    assert "汇总封存" not in print_help(("trace",), "zh")


def test_help_without_a_command_and_under_wrong_settings() -> None:
    """No command at all shows the help; a language that does not exist falls back to Chinese."""
    done = CliRunner().invoke(app, [], env={LANGUAGE_VARIABLE: "zh"})
    assert done.exit_code == ExitCode.USAGE
    assert "用法" in print_help(("run",), "xx")


def test_no_help_is_left_over() -> None:
    """Each text of the catalogue belongs to a command that exists."""
    texts = open_library().get_messages().get_group("help.command")
    assert set(texts) == {"_".join(command) or "hesuan" for command in COMMANDS}
