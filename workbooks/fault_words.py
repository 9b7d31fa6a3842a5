"""Faults in the words of the contracts; apart from the faults, so that the reading process needs no sentences."""

from checks.findings import Refusal
from checks.refusing import refuse
from contracts.messages import Wording
from workbooks.faults import Fault


def in_words(fault: Fault, words: Wording) -> Refusal:
    """Return the refusal that people read; a file type is named in their language."""
    facts = dict(fault.facts)
    if "kind" in facts:
        facts["kind"] = words(f"kind.{facts['kind']}")
    return refuse(words, fault.code, part=fault.part, sheet=fault.sheet, cell=fault.cell, **facts)
