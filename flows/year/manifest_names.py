"""The names under which a manifest and what belongs to it lie in a year's outputs."""

FORMAT = "hesuan-manifest-2"
READABLE = ("hesuan-manifest-1", FORMAT)  # the first vouches for values alone
MANIFEST, SIGNATURE, PUBLIC, VALUES = "manifest.json", "manifest.json.sig", "manifest.pub", "manifest.values.jsonl"
OURS = (VALUES, MANIFEST, SIGNATURE, PUBLIC)
