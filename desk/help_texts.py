"""The help of every command, in the language of the surface: typer's own words around it are English."""

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from typer.core import TyperCommand, TyperGroup

from desk.error_sentences import load_error_messages

if TYPE_CHECKING:
    from contracts.messages import Messages

TyperObject: TypeAlias = Any
"""A context, a parameter or a formatter: typer has no public classes for them."""

ROOT_KEY: Final = "hesuan"
"""The key of the program's own help; that of a command is its name, with its group before it: ``plan_import``."""


class HelpCommand(TyperCommand):
    """A command whose help is in the catalogue."""

    def format_help(self, ctx: TyperObject, formatter: TyperObject) -> None:
        """Write the help of the command."""
        _HelpWriter(self, ctx, load_error_messages()).write_help(formatter)


class HelpGroup(TyperGroup):
    """A group of commands whose help is in the catalogue."""

    def format_help(self, ctx: TyperObject, formatter: TyperObject) -> None:
        """Write the help of the group, with a line for each of its commands."""
        _HelpWriter(self, ctx, load_error_messages()).write_help(formatter)


class _HelpWriter:
    """Writes the help of one command."""

    __slots__ = ("command", "context", "key", "messages")

    def __init__(self, command: TyperCommand | TyperGroup, context: TyperObject, messages: "Messages") -> None:
        self.command = command
        self.context = context
        self.messages = messages
        self.key = _build_key(context)

    def write_help(self, formatter: TyperObject) -> None:
        """Write usage, text, arguments, options and commands."""
        usage = " ".join(self._list_usage())
        formatter.write_usage(self.context.command_path, usage, prefix=self.messages("help.usage"))
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self.messages(f"help.command.{self.key}"))
        parameters = self.command.get_params(self.context)
        arguments = [parameter for parameter in parameters if _is_argument(parameter)]
        options = [parameter for parameter in parameters if not _is_argument(parameter)]
        self._write_section(formatter, "arguments", [self._build_row(argument) for argument in arguments])
        self._write_section(formatter, "options", [self._build_row(option) for option in options])
        self._write_section(formatter, "commands", list(self._list_commands()))

    def _list_usage(self) -> Iterator[str]:
        """Yield the parts of the usage line."""
        yield self.messages("help.some_options")
        for parameter in self.command.get_params(self.context):
            if _is_argument(parameter):
                name = self._format_name(parameter)
                yield name if parameter.required else f"[{name}]"
        if isinstance(self.command, TyperGroup):
            yield self.messages("help.one_command")

    def _write_section(self, formatter: TyperObject, name: str, rows: list[tuple[str, str]]) -> None:
        if rows:
            with formatter.section(self.messages(f"help.{name}")):
                formatter.write_dl(rows)

    def _list_commands(self) -> Iterator[tuple[str, str]]:
        for name in getattr(self.command, "commands", {}):
            key = name if self.key == ROOT_KEY else f"{self.key}_{name}"
            yield name, self.messages(f"help.command.{key}")

    def _build_row(self, parameter: TyperObject) -> tuple[str, str]:
        """Return an argument or option as it is typed, and its help with what else is to be known of it."""
        if parameter.name == "help":
            return ", ".join(parameter.opts), self.messages("help.shown")
        facts = list(self._list_facts(parameter))
        text = self._find_text(parameter.name)
        if facts:
            text = self.messages("help.with_facts", text=text, facts=self.messages("help.between").join(facts))
        return self._format_name(parameter), text

    def _find_text(self, name: str) -> str:
        """Return the help of a parameter: what it is in this command, else in every command."""
        own_key = f"help.own.{self.key}.{name}"
        if self.messages.has_key(own_key):
            return self.messages(own_key)
        return self.messages(f"help.parameter.{name}")

    def _format_name(self, parameter: TyperObject) -> str:
        if _is_argument(parameter):
            several = "" if parameter.nargs == 1 else "…"
            return f"{str(parameter.name).upper()}{several}"
        name = ", ".join(parameter.opts)
        if parameter.is_flag:
            return name
        return f"{name} <{self._name_type(parameter)}>"

    def _name_type(self, parameter: TyperObject) -> str:
        """Return what kind of value an option takes: the choices, or a word of the catalogue."""
        kind = str(parameter.display_type(self.context)).strip("<>")
        key = f"help.type.{kind.replace(' ', '_')}"
        return self.messages(key) if self.messages.has_key(key) else kind

    def _list_facts(self, parameter: TyperObject) -> Iterator[str]:
        if default := _format_default(parameter.default):
            yield self.messages("help.default", value=default)
        lowest, highest = getattr(parameter, "min", None), getattr(parameter, "max", None)
        if lowest is not None and highest is not None:
            yield self.messages("help.range", lowest=lowest, highest=highest)
        elif lowest:
            yield self.messages("help.least", lowest=lowest)
        if parameter.required:
            yield self.messages("help.required")


def _build_key(context: TyperObject) -> str:
    """Return the key of the command of a context: its names below the program's."""
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, str(context.info_name))
        context = context.parent
    return "_".join(names) or ROOT_KEY


def _is_argument(parameter: TyperObject) -> bool:
    return bool(parameter.param_type_name == "argument")


def _format_default(value: object) -> str:
    """Return a default as it is typed; empty if there is none to be told."""
    if not value or isinstance(value, bool):
        return ""
    return str(value.value) if isinstance(value, Enum) else str(value)
