"""Faults in the words of the contracts; apart from the faults, so that the reading process needs no sentences."""

from checks.model.finding import Refusal
from checks.model.refusal import create_refusal
from contracts.messages import Messages
from workbooks.gate.intake_fault import IntakeFault


def build_fault_refusal(fault: IntakeFault, messages: Messages) -> Refusal:
    """Return the refusal that people read; a file type is named in their language."""
    facts = dict(fault.facts)
    if "kind" in facts:
        facts["kind"] = messages(f"kind.{facts['kind']}")
    return create_refusal(messages, fault.code, part=fault.part, sheet=fault.sheet, cell=fault.cell, **facts)
