"""The notice of a return shows beside each point what the county explained last year of the same thing."""

from contracts.contract_library import open_library
from filing.documents.county_notices import NoticeContext, ReturnedVersion, build_return_notice
from review.county_state import SubmissionVersion
from review.roster import DueCounty
from review.submissions.return_points import list_returns
from tests.builders.chain import COUNTY, YEAR, Road, procedure, proposal

LIBRARY = open_library()


def test_point_shows_last_years_explanation() -> None:
    """One point has an explanation of last year, the other has none."""
    road = Road().hand_in(1).decide("county county approve")
    road.events.append(road.judge(proposal("city", "city", "return", points="附件3!A8：请核对\n附件2!C4：请补报")))  # type: ignore[arg-type]
    (county_return,) = list_returns(procedure(), road.standing())
    messages = LIBRARY.get_messages()
    context = NoticeContext(
        procedure=procedure(),
        year=YEAR,
        county=DueCounty(COUNTY, "东川区", "530100"),
        issuer="昆明市局",
        addressee="东川区局",
        digest="0" * 64,
        recorded_at="2025-02-01T00:00:00+00:00",
        folder="2024/530113",
        deadline=None,
    )
    version = SubmissionVersion(number=1, sha256="a", name="v1.xlsx", received_at="")
    returned = ReturnedVersion(
        version=version,
        county_return=county_return,
        marked_name="标注.xlsx",
        last_year={"附件3!A8": messages("explanation.last_year", text="序号沿用旧号")},
    )
    book = build_return_notice(context, returned, messages)
    texts = [str(cell.value) for row in book.sheets[0].rows for cell in row]
    assert "请核对（上年对同一处的说明：“序号沿用旧号”）" in texts
    assert "请补报" in texts
