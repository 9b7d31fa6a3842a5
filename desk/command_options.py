"""Arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

YearArgument = Annotated[int, typer.Argument(min=1980, max=2999)]
StateOption = Annotated[Path | None, typer.Option()]
