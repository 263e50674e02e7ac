"""Write doubles to a new folder: ``python -m demonstration.doubles FOLDER --count 100000``."""

import argparse
import sys
from pathlib import Path

from demonstration.doubles.dirt import DoublesError
from demonstration.doubles.folders import write


def main() -> None:
    """Write what the command line asks for and say how many listings each directory has."""
    parser = argparse.ArgumentParser(description="Write crawls of invented people with known truth.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100_000, help="listings of all directories together")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--states", default="", help="postal codes, separated by commas; all where not given")
    asked = parser.parse_args()
    states = tuple(filter(None, asked.states.split(",")))
    try:
        sizes = write(asked.folder, asked.count, asked.seed, states=states)
    except DoublesError as fault:
        sys.exit(str(fault))
    for source, size in sizes.items():
        sys.stdout.write(f"{size:>10,} {source}\n")


if __name__ == "__main__":
    main()
