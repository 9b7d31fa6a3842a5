"""The filing workbook of a province: its sheets as values, from what ledger and checks hold."""

from contracts.messages import Wording
from filing.book import FilingBook, Sheet
from filing.cover import cover_of, title_of
from filing.detail import detail_of
from filing.figures import read_accounts
from filing.issues import issues_of
from filing.record import open_of, opinions_of, versions_of
from filing.rollup import rollup_of
from filing.scene import FiledCounty, FilingScene
from filing.tasks import tasks_of

__all__ = ["FiledCounty", "FilingScene", "province_book"]


def province_book(scene: FilingScene, words: Wording) -> FilingBook:
    """Return the filing: its cover, its figures, the record behind them and, if any, who is missing."""
    accounts = read_accounts(scene, words)
    detail = detail_of(scene, accounts, words)
    sheets: dict[str, Sheet] = {
        "rollup": rollup_of(scene, accounts, detail, words),
        "detail": detail.sheet,
        "tasks": tasks_of(scene, accounts, words),
        "opinions": opinions_of(scene, words),
        "issues": issues_of(scene, words),
        "versions": versions_of(scene, words),
    }
    if scene.missing:
        sheets["open"] = open_of(scene, words)
    return FilingBook(
        title=title_of(scene, words),
        subject=words("filing.year", year=scene.roster.year),
        created=scene.as_of,
        sheets=(cover_of(scene, tuple(sheets), words), *sheets.values()),
    )
