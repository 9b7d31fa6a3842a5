"""The names under which a manifest and what belongs to it lie in a year's outputs."""

MANIFEST_FORMAT = "hesuan-manifest-2"
READABLE_FORMATS = ("hesuan-manifest-1", MANIFEST_FORMAT)  # the first vouches for values alone
MANIFEST_FILE, SIGNATURE_FILE, PUBLIC_KEY_FILE, VALUES_FILE = (
    "manifest.json",
    "manifest.json.sig",
    "manifest.pub",
    "manifest.values.jsonl",
)
MANIFEST_FILES = (VALUES_FILE, MANIFEST_FILE, SIGNATURE_FILE, PUBLIC_KEY_FILE)
