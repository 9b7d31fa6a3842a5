"""Arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

YearArgument = Annotated[int, typer.Argument(help="核算年度", min=1980, max=2999)]
StateOption = Annotated[Path | None, typer.Option(help="台账和收件库所在的文件夹（默认 state，或 HESUAN_STATE）")]
