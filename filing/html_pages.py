"""Pages as one self-contained file each: nothing is fetched, and nothing that a county wrote becomes markup."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from filing.context.rollup_evidence import EvidencePage
from filing.pages.submission_page import SubmissionPage
from filing.status.status_page import StatusPage

TEMPLATES = Path(__file__).parent / "templates"


def submission_html(page: SubmissionPage) -> bytes:
    """Write the page of one submission."""
    return _rendered("submission.html", page)


def status_html(page: StatusPage) -> bytes:
    """Write the page of a year."""
    return _rendered("status.html", page)


def evidence_html(page: EvidencePage) -> bytes:
    """Write the page of the evidence on the roll-ups."""
    return _rendered("evidence.html", page)


def _rendered(template: str, page: SubmissionPage | StatusPage | EvidencePage) -> bytes:
    return _templates().get_template(template).render(page=page).encode("utf-8", "replace")


@lru_cache(maxsize=1)  # a template is compiled once, not once a page
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
