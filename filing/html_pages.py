"""Renders pages as self-contained HTML files; all texts are escaped."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.messages import Messages
from filing.context.rollup_evidence import EvidencePage
from filing.pages.province_summary import ProvinceSummary
from filing.pages.run_page import RunPage
from filing.pages.submission_page import SubmissionPage
from filing.pages.tables_page import TablesPage
from filing.status.status_page import StatusPage

TEMPLATES_FOLDER = Path(__file__).parent / "templates"


def render_submission_page(page: SubmissionPage, messages: Messages) -> bytes:
    """Return the HTML page of one submission."""
    return _render_template("submission.html", page, messages)


def render_status_page(page: StatusPage, messages: Messages) -> bytes:
    """Return the HTML page of the status of a year."""
    return _render_template("status.html", page, messages)


def render_province_summary(page: ProvinceSummary, messages: Messages) -> bytes:
    """Return the HTML page for the head of the province."""
    return _render_template("summary.html", page, messages)


def render_evidence_page(page: EvidencePage, messages: Messages) -> bytes:
    """Return the HTML page of the evidence on the roll-ups."""
    return _render_template("evidence.html", page, messages)


def render_run_page(page: RunPage, messages: Messages) -> bytes:
    """Return the HTML page of one run."""
    return _render_template("run.html", page, messages)


def render_tables_page(page: TablesPage, messages: Messages) -> bytes:
    """Return an HTML page of tables."""
    return _render_template("tables_page.html", page, messages)


def _render_template(
    name: str,
    page: SubmissionPage | StatusPage | ProvinceSummary | EvidencePage | RunPage | TablesPage,
    messages: Messages,
) -> bytes:
    template = _load_environment().get_template(name)
    return template.render(page=page, messages=messages).encode("utf-8", "replace")


BOARD_SCRIPT = "board.js"


# Cached, so that each template is compiled only once.
@lru_cache(maxsize=1)
def _load_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # The page allows this one script and no other: a text that looks like a script is not executed.
    script = environment.get_template(BOARD_SCRIPT).render()
    digest = hashlib.sha256(script.encode()).digest()
    environment.globals["board_script_digest"] = base64.b64encode(digest).decode()
    return environment
