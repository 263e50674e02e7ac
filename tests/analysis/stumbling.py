"""Decays that fail, or end their worker, as long as a file says so; workers load them from here."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np

from analysis.access.decay import Gaussian

BELL = Gaussian(0.4)


@dataclass(frozen=True)
class Stumbling:
    """A bell that stumbles once for each file ``*.stumble`` in a folder, and leaves its worker's id there."""

    folder: Path
    dies: bool = False

    def __call__(self, share_of_catchment: np.ndarray) -> np.ndarray:
        """Return the weight of each pair, or stumble."""
        for file in sorted(self.folder.glob("*.stumble")):
            try:
                file.rename(file.with_suffix(f".{os.getpid()}"))
            except FileNotFoundError:  # another worker stumbled over it
                continue
            if self.dies:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(f"no way past {file.name}")
        return BELL(share_of_catchment)


@dataclass(frozen=True)
class Cores:
    """A task that tells on how many cores compiled loops run, and who asked."""

    number: int

    def __call__(self) -> np.ndarray:
        """Return both."""
        return np.array([self.number, numba.get_num_threads()])


def peak_mib() -> float:
    """Return the most memory this process ever held; what ``getrusage`` tells includes its parent's before it."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM")) / 1024
