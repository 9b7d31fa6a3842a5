"""The formats in which commands print or write their results."""

from enum import StrEnum


class SkeletonKind(StrEnum):
    """What `hesuan contracts new` writes the skeleton of."""

    FORM = "form"
    RULE = "rule"
    PACKAGE = "package"
    PLAN = "plan"


class OutputFormat(StrEnum):
    """The output format of a command."""

    TEXT = "text"
    JSON = "json"


class SchemaFormat(StrEnum):
    """The format in which a schema is written."""

    PYTHON = "python"
    YAML = "yaml"
    JSON = "json"


class CheckFormat(StrEnum):
    """How the results are printed: one file after the other as text or JSON, or all of them as one document."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
