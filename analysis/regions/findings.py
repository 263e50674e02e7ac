"""Faults and notes about a user's file, a sentence each, gathered so that all are told at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.study import StudyError

FEW = 3
"""How many rows, pairs or places are named of many."""

Flags = NDArray[np.bool_]


@dataclass
class Findings:
    """What was found in one file, a sentence each: faults, for which it is refused, and notes.

    ``crs_option`` is the option that says the file's coordinate system.
    """

    file_name: str
    crs_option: str = "--crs"
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, sentence: str) -> None:
        """Add a fault."""
        self.faults.append(f"{self.file_name}: {sentence}")

    def note(self, sentence: str) -> None:
        """Add a note."""
        self.notes.append(f"{self.file_name}: {sentence}")


class UnsoundError(StudyError):
    """A file of regions has faults; ``faults`` has a sentence for each and ``notes`` what else is worth knowing."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(" ".join(findings.faults))
        self.faults = tuple(findings.faults)
        self.notes = tuple(findings.notes)


def few(labels: Sequence[str], chosen: Flags) -> str:
    """Return the first labels of the rows chosen, and how many more there are."""
    named = [label for label, is_chosen in zip(labels, chosen, strict=True) if is_chosen]
    more = f" and {len(named) - FEW:,} more" if len(named) > FEW else ""
    return ", ".join(named[:FEW]) + more
