"""What is kept under version control travels to other machines."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Split, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.<])/" + r"(?:work|tmp|root|home|Users|mnt|opt|var)/[\w.]|[A-Z]:\\" + r"\\?Users")
REGISTRY = re.compile(
    r"https?://[^\s\"'<>]*(?:py" + r"pi|sim" + r"ple/|nex" + r"us|arti" + r"factory|mir" + r"rors?[./])|"
    r"--(?:extra-)?index-" + r"url|--trusted-" + r"host|--find-" + r"links",
    re.IGNORECASE,
)


def text_files() -> dict[str, str]:
    """Return every tracked or new text file that is not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    found = {}
    for name in filter(None, listed.split("\0")):
        data = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in data:
            found[name] = data.decode()
    return found


def test_no_file_names_a_machine_path() -> None:
    """No tracked text file holds a path that exists on one machine only."""
    found = {name: MACHINE_PATH.findall(text) for name, text in text_files().items()}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is each machine's own setting."""
    found = {name: REGISTRY.findall(text) for name, text in text_files().items()}
    assert {name: hits for name, hits in found.items() if hits} == {}
