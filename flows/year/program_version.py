"""What made an output: the program's name and version, printed in every manifest."""

NAME = "hesuan"
VERSION = "0.1.0"  # as in pyproject.toml; a test holds the two equal
