"""The program's name and version, as every manifest gives them."""

PROGRAM_NAME = "hesuan"
# The same as in pyproject.toml, which a test checks.
PROGRAM_VERSION = "0.1.0"
