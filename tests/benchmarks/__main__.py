"""``python -m tests.benchmarks [tiny|small|once|full] [PAGE]``: measure, print the page, and write it with its plot."""

import json
import sys
from pathlib import Path

from tests.benchmarks.page import page
from tests.benchmarks.plot import draw
from tests.benchmarks.plots import subject_of, workbook
from tests.benchmarks.trial import SIZES, TINY, run

FOLDER = Path(".bench")


def main() -> int:
    """Measure at the size asked for; the page goes to the file named, and is printed in any case."""
    name = sys.argv[1] if len(sys.argv) > 1 else "full"
    if name not in SIZES:
        sys.stderr.write(f"the size is one of {', '.join(SIZES)}, not {name!r}\n")
        return 2
    size = SIZES[name]
    results = run(FOLDER, size)
    told = {" ".join(map(str, key)): rounds for key, rounds in results.costs.items()}
    (FOLDER / f"{name}.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    text = page(results, size, subject_of(workbook(FOLDER, TINY)), TINY)
    sys.stdout.write(text)
    if len(sys.argv) > 2:
        target = Path(sys.argv[2])
        target.write_text(text, encoding="utf-8")
        draw(results, size, target.with_suffix(".svg"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
