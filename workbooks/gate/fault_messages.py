"""Build refusals from intake faults; a module of its own, so that the reader process loads no messages."""

from checks.model.finding import Refusal
from checks.model.refusal import create_refusal
from contracts.messages import Messages
from workbooks.gate.intake_fault import IntakeFault


def build_fault_refusal(fault: IntakeFault, messages: Messages) -> Refusal:
    """Return the refusal that people read; it names a file type in their language."""
    facts = dict(fault.facts)
    if "kind" in facts:
        facts["kind"] = messages(f"kind.{facts['kind']}")
    return create_refusal(messages, fault.code, part=fault.part, sheet=fault.sheet, cell=fault.cell, **facts)
