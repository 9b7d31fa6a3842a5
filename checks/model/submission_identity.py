"""Whose submission it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubmissionIdentity:
    """Six-digit county code, accounting year, version (版次)."""

    county: str
    year: int
    version: int
