"""The county, year and version that a submission belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubmissionIdentity:
    """Six-digit county code, accounting year and version (版次) of a submission."""

    county: str
    year: int
    version: int
