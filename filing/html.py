"""Pages as one self-contained file each: nothing is fetched, and nothing that a county wrote becomes markup."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from filing.page import RunPage, SubmissionPage

TEMPLATES = Path(__file__).parent / "templates"


def submission_html(page: SubmissionPage) -> bytes:
    """Write the page of one submission."""
    return _rendered("submission.html", page)


def run_html(page: RunPage) -> bytes:
    """Write the page of a run."""
    return _rendered("run.html", page)


def _rendered(template: str, page: SubmissionPage | RunPage) -> bytes:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(page=page).encode("utf-8", "replace")
