"""Faults in the words of the contracts; apart from the faults, so that the reading process needs no sentences."""

from checks.model.finding import Refusal
from checks.model.refusal import refuse
from contracts.messages import Wording
from workbooks.gate.intake_fault import Fault


def in_words(fault: Fault, words: Wording) -> Refusal:
    """Return the refusal that people read; a file type is named in their language."""
    facts = dict(fault.facts)
    if "kind" in facts:
        facts["kind"] = words(f"kind.{facts['kind']}")
    return refuse(words, fault.code, part=fault.part, sheet=fault.sheet, cell=fault.cell, **facts)
