"""The state of one county, in one line."""

from contracts.messages import Messages
from contracts.procedures import Procedure
from flows.year.county_status import CountyStatusRow


def format_county_line(row: CountyStatusRow, messages: Messages, procedure: Procedure) -> str:
    """Return one line with a county's state and the findings of its newest version."""
    version = ""
    if row.version is not None:
        version = messages("run.version", version=str(row.version), hard=str(row.hard), soft=str(row.soft))
    return messages("run.standing", code=row.code, name=row.name, state=procedure.states[row.state], version=version)
