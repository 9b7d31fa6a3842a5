"""The file names of a manifest and its parts in a year's outputs."""

MANIFEST_FORMAT = "hesuan-manifest-2"
# The first format covers cell values only, not how the workbook presents them.
READABLE_FORMATS = ("hesuan-manifest-1", MANIFEST_FORMAT)
MANIFEST_FILE, SIGNATURE_FILE, PUBLIC_KEY_FILE, VALUES_FILE = (
    "manifest.json",
    "manifest.json.sig",
    "manifest.pub",
    "manifest.values.jsonl",
)
MANIFEST_FILES = (VALUES_FILE, MANIFEST_FILE, SIGNATURE_FILE, PUBLIC_KEY_FILE)
# The page of the last run lies beside them; it tells of a run, not of the record, and no manifest lists it.
RUN_PAGE_FILE = "本次办理.html"
