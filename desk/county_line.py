"""Where one county stands, in one line."""

from contracts.messages import Wording
from contracts.procedures import Procedure
from flows.year.county_status import Row


def standing_line(row: Row, words: Wording, procedure: Procedure) -> str:
    """Return where one county stands in one line."""
    version = ""
    if row.version is not None:
        version = words("run.version", version=str(row.version), hard=str(row.hard), soft=str(row.soft))
    return words("run.standing", code=row.code, name=row.name, state=procedure.states[row.state], version=version)
