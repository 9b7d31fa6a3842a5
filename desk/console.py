"""Console output: works on consoles that cannot show Chinese, and uses colour only on a terminal."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TextIO


def make_stream_safe(stream: TextIO) -> None:
    """Make a stream escape characters that it cannot encode instead of raising an error."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def print_line(text: str) -> None:
    """Print one line to standard output and flush it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_error(text: str) -> None:
    """Print one line to standard error."""
    sys.stderr.write(f"{text}\n")


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line; in ASCII if the stream is not UTF-8, so that any reader can parse it."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    print_line(json.dumps(value, ensure_ascii=encoding != "utf8"))


@dataclass(frozen=True, slots=True)
class ProgressPrinter:
    """Prints the progress of a run: with Rich on an interactive terminal, else in plain lines."""

    interactive: bool

    def print_step(self, stage: str, county: str, text: str) -> None:
        """Print one step of a stage; *county* is empty for a step that concerns no single county."""
        if not self.interactive:
            print_line(f"[{stage}] {county} {text}".replace("  ", " "))
            return
        from rich.console import Console  # noqa: PLC0415 - only on an interactive terminal
        from rich.text import Text  # noqa: PLC0415

        line = Text.assemble((f"{stage} ", "bold cyan"))
        if county:
            line.append(f"{county} ", "bold")
        line.append(text)
        Console().print(line, soft_wrap=True)


def is_interactive() -> bool:
    """Tell whether standard output is a terminal that can show Chinese."""
    return sys.stdout.isatty() and (sys.stdout.encoding or "").lower().startswith("utf")
