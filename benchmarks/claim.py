"""How every benchmark says what it measured: a table for people, then one line of JSON for programs."""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NoReturn

Size = Literal["small", "full"]


@dataclass(frozen=True)
class Figure:
    """One measured figure and the most or least it may be; without a limit it is only told."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its limit."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def limit(self) -> str:
        """Its limit and whether it is kept, for people; empty where it has none."""
        kept = "holds" if self.holds else "DOES NOT HOLD"
        if self.most is not None:
            return f"  at most {self.most:g}: {kept}"
        return "" if self.least is None else f"  at least {self.least:g}: {kept}"


def asked_size(claim: str | None) -> Size:
    """Read ``--size`` from the command line."""
    parser = argparse.ArgumentParser(description=claim)
    parser.add_argument("--size", choices=("small", "full"), default="full", help="full makes the claim")
    size: Size = parser.parse_args().size
    return size


def median_seconds(step: Callable[[], object], runs: int) -> float:
    """Return the median time of a step over some runs."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def tell(benchmark: str, size: Size, figures: list[Figure]) -> NoReturn:
    """Print the figures and leave with 0 if all hold, else with 1."""
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        print(f"{figure.name:<{width}}  {figure.value:>10.3g} {figure.unit}{figure.limit}")
    holds = all(figure.holds for figure in figures)
    said = {
        "benchmark": benchmark,
        "size": size,
        "figures": {figure.name: round(figure.value, 4) for figure in figures},
        "target": {figure.name: limit for figure in figures if (limit := figure.least or figure.most) is not None},
        "holds": holds,
    }
    print(json.dumps(said))
    sys.exit(0 if holds else 1)
