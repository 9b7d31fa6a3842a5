"""What the row of a finding is about: its township, project and plot, and those of the members of a group."""

from collections.abc import Iterator
from typing import Final

from checks.model.finding import Finding, FindingMember, RowPlace

_MAX_MEMBERS_LISTED: Final = 20
_ELLIPSIS: Final = "……"


def format_place(finding: Finding) -> str:
    """Return township, project and plot of a finding's row in one line, empty if the row has none of them."""
    return " ".join(_list_parts(finding.place))


def format_places(finding: Finding) -> str:
    """Return a line for each member of a group, with its cell and row; for any other finding one part a line."""
    if not finding.members:
        return "\n".join(_list_parts(finding.place))
    lines = [_format_member(member) for member in finding.members[:_MAX_MEMBERS_LISTED]]
    if len(lines) < finding.member_count:
        lines.append(_ELLIPSIS)
    return "\n".join(lines)


def _format_member(member: FindingMember) -> str:
    """Return the cell of a member, its township, and the plot or, without one, the project."""
    place = member.place
    return " ".join(filter(None, [member.cell.address, place.township, place.plot or place.project]))


def _list_parts(place: RowPlace) -> Iterator[str]:
    yield from filter(None, [place.township, place.project, place.plot])
