"""The largest files of the table: seconds each to make, so they are tried by command, ``pytest -m long``."""

from tests.hostile.generator.case import Case, Due, simple
from tests.hostile.generator.container_cases import bomb, raw_zip
from tests.hostile.generator.markup_cases import conditions, formats, many_merges, strings

CASES: tuple[Case, ...] = (
    simple(5, "sheet of 900 MB", Due.REFUSE, lambda: bomb("xl/worksheets/sheet9.xml", 900), "bomb"),
    simple(5, "strings of 600 MB from 600 KB", Due.REFUSE, lambda: bomb("xl/sharedStrings.xml", 600), "bomb"),
    simple(6, "picture of 900 MB", Due.ACCEPT, lambda: bomb("xl/media/image1.png", 900, b"\0")),
    simple(22, "65,000 entries", Due.REFUSE, lambda: raw_zip([(b"x%d" % n, b"") for n in range(65_000)]), "suspicious"),
    simple(42, "65,000 merges", Due.EITHER, lambda: many_merges(65_000)),
    simple(48, "100,000 formats", Due.REFUSE, lambda: formats(100_000), "too_many_styles"),
    simple(54, "1,000,000 strings", Due.ACCEPT, lambda: strings(1_000_000)),
    simple(56, "100,000 conditional formats", Due.ACCEPT, lambda: conditions(100_000)),
)
