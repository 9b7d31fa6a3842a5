"""The pictures in the README, made anew: ``make pictures`` (needs LibreOffice, poppler and Chromium).

The sample year is carried out in a folder of its own; the marked workbook of its first version is printed to a page,
and the page of that version is shown in a browser without a window.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
IMAGES: Final = ROOT / "docs" / "images"
PROGRAMS: Final = ("soffice", "pdftoppm", "chromium")
BROWSER_OPTIONS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1180,760")
PRINT_OPTIONS: Final = ("-r", "110", "-x", "50", "-y", "70", "-W", "810", "-H", "300")
"""110 dots an inch, and the upper part of the page: the table is short."""
MARKED_PAGE: Final = 4
"""The printed page of the marked workbook that shows the table with marked cells."""


def make_pictures(page: int = MARKED_PAGE) -> None:
    """Write the pictures into ``docs/images``."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise SystemExit(f"install {', '.join(missing)} to make the pictures")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        returned = run_sample_year(Path(folder)) / "returned" / "530113"
        picture_workbook(next(returned.glob("*第1版-问题标注.xlsx")), Path(folder), page)
        picture_page(next(returned.glob("*第1版-核对报告.html")))


def run_sample_year(folder: Path) -> Path:
    """Carry out the sample year; return the folder of its outputs."""
    folders = ["--inputs", str(ROOT / "inputs"), "--outputs", str(folder / "out"), "--state", str(folder / "state")]
    run([sys.executable, "-m", "desk", "run", "2024", "--inline", *folders])
    return folder / "out" / "2024"


def picture_workbook(path: Path, folder: Path, page: int) -> None:
    """Print one page of a workbook as a picture."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run(["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(path)])
    pdf = folder / f"{path.stem}.pdf"
    target = IMAGES / "marked-workbook"
    pages = ["-f", str(page), "-l", str(page), "-singlefile"]
    run(["pdftoppm", "-png", *PRINT_OPTIONS, *pages, str(pdf), str(target)])


def picture_page(path: Path) -> None:
    """Show a page in a browser as a picture."""
    target = IMAGES / "county-page.png"
    run(["chromium", *BROWSER_OPTIONS, f"--screenshot={target}", path.as_uri()])


def run(command: Sequence[str]) -> None:
    """Run a program from the root of the repository; raise `CalledProcessError` if it fails."""
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)


if __name__ == "__main__":
    make_pictures(*(int(argument) for argument in sys.argv[1:]))
