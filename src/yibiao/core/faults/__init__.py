"""The faults of a text itself, whatever the records say: layout, wording, units, sums. Silent when in doubt."""

from yibiao.core.faults import layout, lists, sums, units, wording
from yibiao.core.faults.types import KINDS, Certainty, Fault, Kind
from yibiao.core.reading.types import Reading

__all__ = ["KINDS", "Certainty", "Fault", "Kind", "find"]


def find(reading: Reading) -> tuple[Fault, ...]:
    """Every fault of a read text, in the order of the text."""
    found = [*layout.find(reading.text)]
    for rules in (wording, units, lists, sums):
        found += rules.find(reading)
    return tuple(sorted(found, key=lambda fault: (fault.start, fault.end, fault.type)))
