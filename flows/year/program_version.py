"""What made an output: the program's name and version, printed in every manifest."""

PROGRAM_NAME = "hesuan"
PROGRAM_VERSION = "0.1.0"  # as in pyproject.toml; a test holds the two equal
