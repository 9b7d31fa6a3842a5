"""Print to people: never fail on a console that cannot show Chinese, colour only on a terminal."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TextIO


def make_stream_safe(stream: TextIO) -> None:
    """Let a stream escape what it cannot show instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def print_line(text: str) -> None:
    """Print one line for people."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_error(text: str) -> None:
    """Print one line to standard error."""
    sys.stderr.write(f"{text}\n")


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line; in ASCII where the stream is not UTF-8, so that any reader can parse it."""
    plain = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    print_line(json.dumps(value, ensure_ascii=plain))


@dataclass(frozen=True, slots=True)
class ProgressPrinter:
    """Progress of a run: with Rich where somebody watches, plain lines where not."""

    interactive: bool

    def print_step(self, stage: str, county: str, text: str) -> None:
        """Print one step."""
        if not self.interactive:
            print_line(f"[{stage}] {county} {text}".replace("  ", " "))
            return
        from rich.console import Console  # noqa: PLC0415 - only where somebody watches
        from rich.text import Text  # noqa: PLC0415

        parts = (f"{stage} ", "bold cyan"), (f"{county} " if county else "", "bold"), text
        Console().print(Text.assemble(*parts), soft_wrap=True)


def is_interactive() -> bool:
    """Tell whether somebody looks at a terminal that can show our text."""
    return sys.stdout.isatty() and (sys.stdout.encoding or "").lower().startswith("utf")
