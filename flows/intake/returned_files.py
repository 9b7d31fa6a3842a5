"""What goes back to a county: its workbook marked, its page, both with what changed since the version before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from checks.model.finding import Refusal
from checks.model.report import Report
from checks.reporting.json_codec import report_from_json
from checks.versions.explanations import carry
from checks.versions.version_diff import Changes, edits_between, findings_between
from contracts.contract_library import Library
from contracts.messages import Wording
from contracts.plans import Plan
from filing.html_pages import submission_html
from filing.pages.progress_plots import progress_of
from filing.pages.steward_lists import changes_list, normalised_list
from filing.pages.submission_page import Heading, submission_page
from ledger.object_store import Store
from review.county_state import Standing, Version
from workbooks.marking.mark_workbook import marked_workbook


@dataclass(frozen=True, slots=True)
class Shelf:
    """The contracts and their words."""

    library: Library
    words: Wording


@dataclass(frozen=True, slots=True)
class Office:
    """What is needed to make what goes back to a county on record: contracts, their words, the store."""

    library: Library
    words: Wording
    store: Store

    @property
    def shelf(self) -> Shelf:
        """The contracts alone."""
        return Shelf(self.library, self.words)

    def report(self, version: Version) -> Report:
        """Read the report of a checked version."""
        return report_from_json(json.loads(self.store.read(version.report)))


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as sent: its name, fit to be shown, the sha256 of its bytes, and these."""

    name: str
    sha256: str
    data: bytes


def what_goes_back(shelf: Shelf, sent: Sent, report: Report) -> tuple[bytes, bytes]:
    """Make the marked workbook and the page of a file that is on no record."""
    return _marked(shelf, sent, report, None), _page(shelf, sent, report, None)


def earlier_of(standing: Standing, number: int) -> Version | None:
    """Return the newest checked version before one of that number."""
    return next((one for one in reversed(standing.versions) if one.checked and one.number < number), None)


def reports_so_far(office: Office, standing: Standing) -> dict[int, Report]:
    """Return the reports on record, by version."""
    return {one.number: office.report(one) for one in standing.versions if one.checked}


def carried(office: Office, standing: Standing, report: Report) -> Report:
    """Return a report with what the county said of its version before, as far as it still belongs."""
    before = earlier_of(standing, report.identity.version)
    return carried_from(office, {before.number: office.report(before)} if before else {}, report)


def carried_from(office: Office, known: Mapping[int, Report], report: Report) -> Report:
    """Do the same with the reports known by version."""
    number = max((one for one in known if one < report.identity.version), default=None)
    if number is None:
        return report
    return carry(report, known[number], office.library.returning(), office.words)


def marked_bytes(office: Office, standing: Standing, version: Version) -> bytes:
    """Make the marked workbook of one version."""
    report = office.report(version)
    sent = Sent(version.name, version.sha256, office.store.read(version.sha256))
    return _marked(office.shelf, sent, report, changes_since(office, standing, version, report))


def page_bytes(office: Office, standing: Standing, version: Version) -> bytes:
    """Make the page of one version."""
    report, sent = office.report(version), Sent(version.name, version.sha256, b"")
    return _page(office.shelf, sent, report, changes_since(office, standing, version, report), version.received)


def _marked(shelf: Shelf, sent: Sent, report: Report, changes: Changes | None) -> bytes:
    caps, words = shelf.library.returning().caps, shelf.words
    normalised = normalised_list(report.findings, words, caps["normalised"])
    changed = [changes_list(changes, words, caps["changes"])] if changes else []
    listings = [*changed, *([normalised] if normalised.rows else [])]
    return marked_workbook(sent.data, report.findings, words.under("marks"), listings=listings, caps=caps)


def _page(shelf: Shelf, sent: Sent, report: Report, changes: Changes | None, received: str = "") -> bytes:
    name, plan = county_of(shelf.library, report)
    plots = progress_of(report, plan)
    heading = Heading(name=name, file=sent.name, sha256=sent.sha256, received=received, plots=plots)
    most = shelf.library.returning().caps["page"]
    return submission_html(submission_page(report, heading, shelf.words, changes=changes, most=most))


def county_of(library: Library, report: Report) -> tuple[str, Plan | None]:
    """Return the name of a report's county, and its plan."""
    county, year = report.identity.county, report.identity.year
    package = library.package(county, year)
    if package is None:
        return county, None
    submission = library.submission(package, year)
    known = submission.register.counties.get(county)
    return known.name if known else county, submission.plan


def changes_since(office: Office, standing: Standing, version: Version, report: Report) -> Changes | None:
    """Return what changed since the version before; nothing for the first."""
    before = earlier_of(standing, version.number)
    if before is None:
        return None
    from checks.versions.row_identity import contents_of  # noqa: PLC0415 - polars costs a second
    from workbooks.reader.read_workbook import read_book  # noqa: PLC0415 - as above

    books = [read_book(office.store.read(one.sha256), office.words) for one in (before, version)]
    old, new = ({} if isinstance(one, Refusal) else contents_of(one, office.library, office.words) for one in books)
    mended, fresh, left = findings_between(office.report(before).findings, report.findings)
    return Changes(since=before.number, edits=edits_between(old, new), mended=mended, fresh=fresh, left=left)
